package dev.curia.admin.command;

import java.io.IOException;
import java.io.OutputStream;

/** A pipe whose reader has enough after some lines. */
final class ClosesAfter extends OutputStream {
    private final OutputStream to;
    private int linesLeft;

    ClosesAfter(OutputStream to, int lines) {
        this.to = to;
        this.linesLeft = lines;
    }

    @Override
    public void write(int b) throws IOException {
        to.write(b);
        if (b == '\n' && --linesLeft <= 0) throw new IOException("Broken pipe");
    }
}
