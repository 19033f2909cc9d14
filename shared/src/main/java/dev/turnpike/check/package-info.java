/// Looks at what is stored and says whether it is what it must be.
///
/// | | invariant | how it is seen in stored rows |
/// |---|---|---|
/// | I1 | each step is committed once, without gaps | every step before the run's own left a settled row or items, no
/// later one did |
/// | I2 | items are numbered without gaps | 0 to nextSeq-1; each in the range of the run that wrote it; ids unique |
/// | I3 | totals are the sum of settled rows | of the conversation, of each run; each cost is computed again |
/// | I4 | one settled row for a model step | and a row for every other fence that the step took |
/// | I5 | an effect once, or under one key | a call's key is its own; a call whose end is unknown has no other result |
/// | I6 | a call has one result | before a model speaks again |
/// | I7 | what has ended holds nothing | no lease, no index entry, not the conversation |
/// | I8 | nothing lies still | a run that has not ended was touched within 100 seconds after its lease, or later the
/// more often it was woken in vain |
/// | I10 | fences increase | from row to row, up to the run's |
/// | I12 | limits hold | steps and attempts |
/// | I13 | a tenant's rows lie under its own keys | what a partition holds is named after its tenant |
/// | I15 | one run for an `Idempotency-Key` | the key's record names the run that was created under it |
/// | I16 | deleted is deleted | only ledger rows are left |
/// | I17 | files are what their revisions have made of them | from the newest back; every content is there, under its
/// hash; one revision for a key; totals |
///
/// Not to be seen in stored rows, and so left to tests: that messages may come again and in any order (I9), that no
/// more
/// are sent than needed (I11), that a stream showed what was committed (I14); of I7 that an ended run never changed,
/// and
/// of I13 what requests were made.
@NullMarked
package dev.turnpike.check;

import org.jspecify.annotations.NullMarked;
