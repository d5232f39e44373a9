package dev.curia.common.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Columns for people: headings in capitals, as wide as their widest cell, two spaces apart. Not thread-safe. */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();
    private final BitSet right = new BitSet();

    public Table(String... headings) {
        rows.add(Arrays.asList(headings));
    }

    /** Aligns the column under this heading at its right, as sums are. */
    public Table alignRight(String heading) {
        int column = rows.get(0).indexOf(heading);
        if (column < 0) throw new IllegalArgumentException("no heading " + heading + " among " + rows.get(0));
        right.set(column);
        return this;
    }

    /** Adds a row; as many cells as headings. */
    public Table row(Object... cells) {
        if (cells.length != rows.get(0).size())
            throw new IllegalArgumentException(
                    cells.length + " cells under " + rows.get(0).size() + " headings");
        rows.add(Arrays.stream(cells).map(String::valueOf).toList());
        return this;
    }

    /** Lines, each with its end; without spaces at the ends. */
    public String render() {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++)
                widths[i] = Math.max(widths[i], row.get(i).length());
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String padding = " ".repeat(widths[i] - row.get(i).length());
                if (right.get(i)) line.append(padding).append(row.get(i)).append("  ");
                else line.append(row.get(i)).append(padding).append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
