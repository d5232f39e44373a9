package dev.curia.admin.command;

/** How far something is: a bar that is drawn again on a terminal, a line for each change elsewhere. Nothing with --json. */
final class ProgressLine {
    private static final int WIDTH = 30;

    private final CuriaCommand curia;
    private final boolean interactive;
    private String shown = "";

    ProgressLine(CuriaCommand curia) {
        this.curia = curia;
        this.interactive = curia.terminal().screen();
    }

    void show(int done, int all, String detail) {
        if (curia.structured()) return;
        String line = line(done, all, detail);
        if (line.equals(shown)) return;
        if (interactive) curia.print("\r" + line + " ".repeat(Math.max(0, shown.length() - line.length())));
        else curia.print(line + "\n");
        shown = line;
    }

    void end(int done, int all, String detail) {
        show(done, all, detail);
        if (interactive && !curia.structured()) curia.print("\n");
    }

    private static String line(int done, int all, String detail) {
        int filled = all == 0 ? WIDTH : (int) ((long) done * WIDTH / all);
        return "[" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "] " + done + "/" + all + "  " + detail;
    }
}
