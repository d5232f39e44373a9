package dev.curia.metadata.controller;

import dev.curia.metadata.decide.Decision;
import dev.curia.metadata.image.MetadataImage;
import java.util.function.Consumer;
import java.util.function.Function;

/** A request on its way through the controller. {@code answer} is called exactly once, on the controller's loop. */
record Command<R>(Function<MetadataImage, Decision<R>> decide, Consumer<Answer<R>> answer) {

    void notActive() {
        answer.accept(new Answer.NotActive<>());
    }

    void overloaded() {
        answer.accept(new Answer.Overloaded<>());
    }

    void unknown(String reason) {
        answer.accept(new Answer.Unknown<>(reason));
    }
}
