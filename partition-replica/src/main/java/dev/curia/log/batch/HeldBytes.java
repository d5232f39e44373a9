package dev.curia.log.batch;

import java.nio.ByteBuffer;

/** One part of a record, whole: a view of the batch, or a copy of what was decompressed. Reused from record to record. */
final class HeldBytes {
    /** Room is made for this much at first, and doubled as bytes really come, whatever was claimed. */
    private static final int FIRST_BYTES = 4096;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private byte[] copy = {};
    private ByteBuffer view = NOTHING;
    private boolean viewing;

    /** Another batch is read from here on. */
    void forget() {
        view = NOTHING;
        viewing = false;
    }

    /** Takes the next bytes of {@code input}. */
    void take(RecordInput input, int bytes) throws InvalidBatchException {
        if (input.isInMemory()) {
            if (!viewing) view = input.memory().duplicate();
            viewing = true;
            input.view(view, bytes);
            return;
        }
        if (bytes > RecordReader.MAX_HELD_BYTES) {
            throw InvalidBatchException.tooLarge("The batch has a part of " + bytes
                    + " bytes that must be held at once, at most " + RecordReader.MAX_HELD_BYTES + " may be");
        }
        for (int taken = 0; taken < bytes; ) {
            if (taken == copy.length) copy = java.util.Arrays.copyOf(copy, Math.max(FIRST_BYTES, 2 * taken));
            int part = Math.min(bytes, copy.length) - taken;
            input.read(copy, taken, part);
            taken += part;
        }
        view = ByteBuffer.wrap(copy, 0, bytes);
    }

    ByteBuffer bytes() {
        return view;
    }
}
