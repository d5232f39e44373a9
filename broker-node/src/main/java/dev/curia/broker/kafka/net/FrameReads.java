package dev.curia.broker.kafka.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of one connection are read to: those of a large frame to their place in it, so that they need not be copied there, and all else
 * to a buffer as large as what was read lately.
 */
final class FrameReads extends AdaptiveRecvByteBufAllocator {
    private static final int MIN_BYTES = 2048;
    private static final int FIRST_BYTES = 16 << 10;
    private static final int MAX_BYTES = 1 << 20;

    private final Supplier<@Nullable ByteBuf> place;

    /** @param place for the next bytes, with a reference of its own; gives null when any will do */
    FrameReads(Supplier<@Nullable ByteBuf> place) {
        super(MIN_BYTES, FIRST_BYTES, MAX_BYTES);
        this.place = place;
    }

    @Override
    @SuppressWarnings("deprecation") // the declared type of what it overrides
    public Handle newHandle() {
        return new Reads((ExtendedHandle) super.newHandle(), place);
    }

    private static final class Reads extends DelegatingHandle implements RecvByteBufAllocator.ExtendedHandle {
        private final ExtendedHandle adaptive;
        private final Supplier<@Nullable ByteBuf> place;

        Reads(ExtendedHandle adaptive, Supplier<@Nullable ByteBuf> place) {
            super(adaptive);
            this.adaptive = adaptive;
            this.place = place;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            ByteBuf known = place.get();
            return known == null ? adaptive.allocate(allocator) : known;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return adaptive.continueReading(maybeMoreData);
        }
    }
}
