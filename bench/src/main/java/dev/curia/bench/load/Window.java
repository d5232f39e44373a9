package dev.curia.bench.load;

/** What is told when a {@link Meter} begins to measure and when it ends. Both must return soon: the load goes on meanwhile. */
public interface Window {
    /** Is not interested. */
    Window NONE = new Window() {
        @Override
        public void begin() {}

        @Override
        public void end() {}
    };

    void begin();

    void end();
}
