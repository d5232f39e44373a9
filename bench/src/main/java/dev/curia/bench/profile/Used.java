package dev.curia.bench.profile;

import dev.curia.bench.load.ServerUsage;
import dev.curia.bench.load.Window;

/** The processor time that processes used within a window, without their just-in-time compilers. Not thread-safe. */
final class Used implements Window {
    private final ServerUsage usage;
    private double begin;
    private double end;

    Used(ServerUsage usage) {
        this.usage = usage;
    }

    @Override
    public void begin() {
        begin = usage.cpuSeconds();
    }

    @Override
    public void end() {
        end = usage.cpuSeconds();
    }

    double seconds() {
        return end - begin;
    }
}
