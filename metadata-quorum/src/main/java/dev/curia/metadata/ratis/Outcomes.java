package dev.curia.metadata.ratis;

import dev.curia.metadata.port.MetadataLog.Outcome;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.jspecify.annotations.Nullable;

/**
 * What Ratis answers to a proposal, and what that means. Pure. A reply of the state machine is one byte, 0 for fenced or 1 for
 * committed, and 8 bytes, big endian: the last sequence of the term or the log index.
 */
final class Outcomes {
    private static final byte FENCED = 0;
    private static final byte COMMITTED = 1;

    private Outcomes() {}

    static Message fenced(long lastSequence) {
        return reply(FENCED, lastSequence);
    }

    static Message committed(long index) {
        return reply(COMMITTED, index);
    }

    private static Message reply(byte kind, long value) {
        ByteBuffer bytes = ByteBuffer.allocate(1 + Long.BYTES).put(kind).putLong(value);
        return Message.valueOf(UnsafeByteOperations.unsafeWrap(bytes.array()));
    }

    static Outcome of(@Nullable RaftClientReply reply, @Nullable Throwable failure) {
        if (failure != null) return of(failure);
        if (reply == null) return new Outcome.Unknown("no reply");
        if (!reply.isSuccess()) return of(reply.getException());
        ByteBuffer bytes = reply.getMessage().getContent().asReadOnlyByteBuffer();
        boolean committed = bytes.get() == COMMITTED;
        return committed ? new Outcome.Committed(bytes.getLong()) : new Outcome.Fenced(bytes.getLong());
    }

    /** Only what Ratis checks before it appends is refused for good; a lost leader's entry may yet be committed by the next. */
    private static Outcome of(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String reason = String.valueOf(cause);
        boolean beforeAppend = cause instanceof LeaderNotReadyException
                || cause instanceof LeaderSteppingDownException
                || cause instanceof ResourceUnavailableException;
        return beforeAppend ? new Outcome.Refused(reason) : new Outcome.Unknown(reason);
    }
}
