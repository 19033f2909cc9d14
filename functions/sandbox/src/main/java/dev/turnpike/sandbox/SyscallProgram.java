package dev.turnpike.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Instructions of the kernel's packet filter, as it wants them in memory.
final class SyscallProgram {
    private static final int INSTRUCTION_BYTES = 8;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /// @param whenTrue how many instructions are passed over when its condition holds
    /// @param whenFalse the same when it does not
    void add(int code, int whenTrue, int whenFalse, int operand) {
        byte[] instruction = ByteBuffer.allocate(INSTRUCTION_BYTES)
                .order(ByteOrder.nativeOrder())
                .putShort((short) code)
                .put((byte) whenTrue)
                .put((byte) whenFalse)
                .putInt(operand)
                .array();
        bytes.writeBytes(instruction);
    }

    /// A `struct sock_fprog` that lives as long as the arena.
    MemorySegment in(Arena arena) {
        MemorySegment instructions = arena.allocate(bytes.size(), INSTRUCTION_BYTES);
        instructions.copyFrom(MemorySegment.ofArray(bytes.toByteArray()));
        MemorySegment program = arena.allocate(2 * ADDRESS.byteSize(), ADDRESS.byteAlignment());
        program.set(JAVA_SHORT, 0, (short) (bytes.size() / INSTRUCTION_BYTES));
        program.set(ADDRESS, ADDRESS.byteSize(), instructions);
        return program;
    }
}
