package dev.curia.broker.tool;

/** How the bytes of keys, values and headers are shown. */
enum BytesFormat {
    TEXT,
    HEX,
    BASE64
}
