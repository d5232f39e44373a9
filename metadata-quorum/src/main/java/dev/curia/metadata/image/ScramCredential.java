package dev.curia.metadata.image;

import com.google.protobuf.ByteString;

/**
 * What a password of one user and mechanism is checked with (RFC 5802). Immutable. Its text shows no keys.
 *
 * @param iterations how often the password was hashed
 * @param storedKey the hash of what a client proves to know
 * @param serverKey what the server proves itself with
 */
public record ScramCredential(int iterations, ByteString salt, ByteString storedKey, ByteString serverKey) {
    @Override
    public String toString() {
        return "ScramCredential[iterations=" + iterations + "]";
    }
}
