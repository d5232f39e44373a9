package dev.curia.system;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test shows that a client can do this: one row of docs/compatibility.md. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@ExtendWith(CompatibilityRecorder.class)
@interface Shows {
    Program client();

    /** What it can do, for people; once a client. */
    String value();
}
