/// DynamoDB, SQS and Secrets Manager behind the ports of the other packages.
@NullMarked
package dev.turnpike.aws;

import org.jspecify.annotations.NullMarked;
