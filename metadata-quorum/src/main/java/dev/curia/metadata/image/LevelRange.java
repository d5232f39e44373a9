package dev.curia.metadata.image;

/** The levels of a feature that a process can work with, both ends included: 0 <= min <= max. Immutable. Level 0 is: without the feature. */
public record LevelRange(int min, int max) {
    /** Knows nothing of the feature. */
    public static final LevelRange NONE = new LevelRange(0, 0);

    public LevelRange {
        if (min < 0 || max < min) throw new IllegalArgumentException("levels " + min + " to " + max);
    }

    public boolean contains(int level) {
        return level >= min && level <= max;
    }

    @Override
    public String toString() {
        return min + " to " + max;
    }
}
