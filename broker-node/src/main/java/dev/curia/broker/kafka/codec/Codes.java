package dev.curia.broker.kafka.codec;

import dev.curia.common.id.Uuid;
import dev.curia.proto.common.v1.ErrorCode;
import dev.curia.proto.common.v1.ScramMechanism;
import dev.curia.replica.Replica.Isolation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.Errors;

/** Our error codes and ids in kafka-clients' types. Both number errors as Kafka does. Pure. */
public final class Codes {
    private Codes() {}

    public static Errors errors(ErrorCode code) {
        return code == ErrorCode.UNRECOGNIZED ? Errors.UNKNOWN_SERVER_ERROR : Errors.forCode((short) code.getNumber());
    }

    /** For errors that our own vocabulary has; any other becomes UNKNOWN_SERVER_ERROR. */
    public static ErrorCode code(Errors error) {
        ErrorCode code = ErrorCode.forNumber(error.code());
        return code == null ? ErrorCode.UNKNOWN_SERVER_ERROR : code;
    }

    /** As a client hears it that may be too old to know KAFKA_STORAGE_ERROR, and would take it for the end: it looks for the leader instead (KIP-112). */
    public static Errors forClient(Errors error, short version, short firstToKnowStorageErrors) {
        boolean unknown = error == Errors.KAFKA_STORAGE_ERROR && version < firstToKnowStorageErrors;
        return unknown ? Errors.NOT_LEADER_OR_FOLLOWER : error;
    }

    public static short number(ErrorCode code) {
        return errors(code).code();
    }

    /** @throws IllegalArgumentException when the mechanism is not known */
    public static org.apache.kafka.common.security.scram.internals.ScramMechanism scram(ScramMechanism mechanism) {
        return switch (mechanism) {
            case SCRAM_SHA_256 -> org.apache.kafka.common.security.scram.internals.ScramMechanism.SCRAM_SHA_256;
            case SCRAM_SHA_512 -> org.apache.kafka.common.security.scram.internals.ScramMechanism.SCRAM_SHA_512;
            case SCRAM_UNKNOWN, UNRECOGNIZED -> throw new IllegalArgumentException("no SCRAM mechanism: " + mechanism);
        };
    }

    /** @throws InvalidRequestException when there is no such isolation level */
    public static Isolation isolation(byte level) {
        return switch (level) {
            case 0 -> Isolation.READ_UNCOMMITTED;
            case 1 -> Isolation.READ_COMMITTED;
            default ->
                throw new InvalidRequestException(
                        "isolation level " + level + ": expected 0 (uncommitted) or 1 (committed)");
        };
    }

    public static org.apache.kafka.common.Uuid kafka(Uuid id) {
        return new org.apache.kafka.common.Uuid(id.mostSignificantBits(), id.leastSignificantBits());
    }

    public static Uuid uuid(org.apache.kafka.common.Uuid id) {
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }
}
