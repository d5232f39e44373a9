package dev.curia.metadata.controller;

import dev.curia.proto.metadata.v1.ControllerMessage;

/** The controller's end of one broker's session stream. Thread-safe; nothing blocks; calls on a closed link do nothing. */
public interface BrokerLink {
    /** Why the controller ends a session. */
    enum End {
        /** This node is not the active controller; look for another. */
        NOT_ACTIVE,
        /** The session is over, register again. */
        RECONNECT,
        /** A rejection was sent just before. */
        REJECTED
    }

    boolean isOpen();

    void send(ControllerMessage message);

    void end(End why);
}
