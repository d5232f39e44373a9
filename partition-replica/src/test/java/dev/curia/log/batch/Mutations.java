package dev.curia.log.batch;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/** Turns sound batches into hostile ones: most keep so much of what they were that they get far. */
final class Mutations {
    private static final int[] INT_FIELDS = {8, 12, 17, 23, 53, 57};
    private static final int[] LONG_FIELDS = {0, 27, 35, 43};
    private static final int MAX_BYTES = 1 << 20;

    private final ByteBuffer[] sound;

    Mutations(ByteBuffer... sound) {
        this.sound = sound;
    }

    /** A batch, or several or a part of one, of which something is wrong; nothing in a few cases. */
    ByteBuffer next(SplittableRandom random) {
        ByteBuffer batch = TestBatches.copy(pick(random));
        // First the records, which are packed and checksummed anew, so that the damage reaches those who decode them.
        if (random.nextInt(6) == 0 && TestBatches.view(batch).codec() == 0) batch = packed(batch, random);
        for (int i = random.nextInt(4); i > 0; i--) batch = damage(batch, random);
        if (random.nextInt(8) > 0) TestBatches.repairChecksum(batch);
        return batch;
    }

    private ByteBuffer damage(ByteBuffer batch, SplittableRandom random) {
        int size = batch.limit();
        if (size == 0) return batch;
        switch (random.nextInt(11)) {
            case 0 -> batch.put(random.nextInt(size), (byte) random.nextInt());
            case 1 -> {
                int at = random.nextInt(size);
                batch.put(at, (byte) (batch.get(at) ^ (1 << random.nextInt(8))));
            }
            case 2 -> putInt(batch, INT_FIELDS[random.nextInt(INT_FIELDS.length)], number(random));
            case 3 -> putLong(batch, LONG_FIELDS[random.nextInt(LONG_FIELDS.length)], longNumber(random));
            case 4 -> putAttributes(batch, random);
            case 5 -> {
                return batch.limit(random.nextInt(size + 1)).slice();
            }
            case 6 -> lieAboutLength(batch, random);
            case 7 -> lieInVarint(batch, random);
            case 8 -> splice(batch, pick(random), random);
            case 9 -> {
                return join(batch, pick(random));
            }
            default -> moveWithin(batch, random);
        }
        return batch;
    }

    /** Records of an uncompressed batch, damaged, then in any codec. */
    private static ByteBuffer packed(ByteBuffer batch, SplittableRandom random) {
        int from = BatchView.HEADER_BYTES;
        ByteBuffer records = batch.slice(from, batch.limit() - from);
        for (int i = random.nextInt(3); i > 0 && records.limit() > 0; i--) {
            if (random.nextBoolean()) lieInVarint(records, random, 0);
            else records.put(random.nextInt(records.limit()), (byte) random.nextInt());
        }
        int codec = random.nextInt(1, 5);
        byte[] bytes = new byte[random.nextInt(5) == 0 ? random.nextInt(records.limit() + 1) : records.limit()];
        records.get(0, bytes);
        ByteBufferOutputStream target = new ByteBufferOutputStream(512);
        target.position(from);
        try (OutputStream compressor = Codec.of(codec).compress(target)) {
            compressor.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteBuffer packed = target.buffer().flip();
        BatchView old = TestBatches.view(batch);
        int attributes = (old.attributes() & ~7) | codec;
        TestBatches.view(packed)
                .writeHeader(old, attributes, old.baseTimestamp(), old.maxTimestamp(), old.recordCount());
        return packed;
    }

    private ByteBuffer pick(SplittableRandom random) {
        return sound[random.nextInt(sound.length)];
    }

    /** Often the length that the batch has by now. */
    private static void lieAboutLength(ByteBuffer batch, SplittableRandom random) {
        int truth = batch.limit() - BatchView.LOG_OVERHEAD;
        putInt(batch, 8, random.nextBoolean() ? truth : truth + random.nextInt(-3, 4));
    }

    private static void lieInVarint(ByteBuffer batch, SplittableRandom random) {
        lieInVarint(batch, random, BatchView.HEADER_BYTES);
    }

    private static void lieInVarint(ByteBuffer bytes, SplittableRandom random, int from) {
        if (bytes.limit() <= from) return;
        int at = random.nextInt(from, bytes.limit());
        byte[] lie = new byte[random.nextInt(1, 12)];
        if (random.nextBoolean()) {
            lie = TestBatches.rawBytes(random.nextBoolean() ? number(random) : longNumber(random));
        } else {
            java.util.Arrays.fill(lie, (byte) (random.nextBoolean() ? 0xFF : 0x80));
        }
        for (int i = 0; i < lie.length && at + i < bytes.limit(); i++) bytes.put(at + i, lie[i]);
    }

    private static void splice(ByteBuffer batch, ByteBuffer other, SplittableRandom random) {
        int to = random.nextInt(batch.limit());
        int from = random.nextInt(other.limit());
        int count = random.nextInt(1 + Math.min(batch.limit() - to, other.limit() - from));
        for (int i = 0; i < count; i++) batch.put(to + i, other.get(from + i));
    }

    private static void moveWithin(ByteBuffer batch, SplittableRandom random) {
        splice(batch, TestBatches.copy(batch), random);
    }

    private static ByteBuffer join(ByteBuffer first, ByteBuffer second) {
        if (first.limit() + second.limit() > MAX_BYTES) return first;
        return ByteBuffer.allocate(first.limit() + second.limit())
                .put(first.duplicate())
                .put(second.duplicate())
                .flip();
    }

    private static void putAttributes(ByteBuffer batch, SplittableRandom random) {
        if (batch.limit() < BatchView.HEADER_BYTES) return;
        int flip = random.nextBoolean() ? 1 << random.nextInt(8) : random.nextInt(8);
        batch.putShort(21, (short) (batch.getShort(21) ^ flip));
    }

    private static void putInt(ByteBuffer batch, int field, int value) {
        if (batch.limit() >= BatchView.HEADER_BYTES) batch.putInt(field, value);
    }

    private static void putLong(ByteBuffer batch, int field, long value) {
        if (batch.limit() >= BatchView.HEADER_BYTES) batch.putLong(field, value);
    }

    private static int number(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> Integer.MAX_VALUE;
            case 3 -> Integer.MIN_VALUE;
            case 4 -> random.nextInt();
            case 5 -> 1 << random.nextInt(31);
            default -> random.nextInt(-5, 300);
        };
    }

    private static long longNumber(SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0 -> Long.MAX_VALUE;
            case 1 -> Long.MIN_VALUE;
            case 2 -> random.nextLong();
            case 3 -> TestBatches.NOW + random.nextInt(-1000, 1000);
            default -> random.nextInt(-5, 300);
        };
    }
}
