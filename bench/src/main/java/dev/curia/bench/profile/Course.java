package dev.curia.bench.profile;

import dev.curia.bench.product.Layout;

/** Loads of the same servers, one after the other. */
enum Course {
    ONE_BROKER(Layout.SINGLE, "One broker: "),
    THREE_BROKERS(Layout.COMBINED, "Three brokers: "),
    /** Not beside another product, but beside acknowledging what is written only. */
    ON_THE_DISKS(Layout.COMBINED, "Three brokers, on the disks or not: ");

    private final Layout layout;
    private final String title;

    Course(Layout layout, String title) {
        this.layout = layout;
        this.title = title;
    }

    Layout layout() {
        return layout;
    }

    /** Of one of its loads. */
    String title(Object load) {
        return title + load;
    }
}
