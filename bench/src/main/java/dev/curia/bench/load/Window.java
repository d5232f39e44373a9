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

    /** Both are told, in this order. */
    static Window both(Window one, Window other) {
        return new Window() {
            @Override
            public void begin() {
                one.begin();
                other.begin();
            }

            @Override
            public void end() {
                one.end();
                other.end();
            }
        };
    }

    void begin();

    void end();
}
