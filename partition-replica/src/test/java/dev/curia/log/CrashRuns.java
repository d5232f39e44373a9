package dev.curia.log;

import dev.curia.log.io.CrashingFileSystem;
import dev.curia.testkit.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Stops a scripted life of logs at each call that changes a disk, once as by a kill and once as by a power loss. */
public final class CrashRuns {
    /** After one recovery of so many all files are verified, which takes longer than all else. */
    private static final int VERIFY_EVERY = Integer.getInteger("crash.verify.every", 17);

    /** Makes what a life begins with. */
    @FunctionalInterface
    public interface Beginning {
        Script begin(CrashingFileSystem files, SplittableRandom random) throws IOException;
    }

    /** Lives until the disk stops, starts again, and says whether all is as promised. */
    @FunctionalInterface
    public interface Script {
        void play(boolean powerLoss, boolean verify) throws IOException;
    }

    private final Path scratch;
    private final Beginning beginning;
    private long crashes;

    public CrashRuns(Path scratch, Beginning beginning) {
        this.scratch = scratch;
        this.beginning = beginning;
    }

    /** @return how many crashes there were */
    public long ofScripts(int scripts) {
        Check.forAll(scripts, SplittableRandom::nextLong, seed -> {
            long calls = run(seed, Long.MAX_VALUE, false);
            for (long call = 1; call <= calls; call++) {
                run(seed, call, false);
                run(seed, call, true);
                crashes += 2;
            }
        });
        System.getLogger(getClass().getName())
                .log(System.Logger.Level.INFO, "{0} crashes in {1} scripts", crashes, scripts);
        return crashes;
    }

    /** @return how many calls the whole script makes after its beginning */
    private long run(long seed, long crashAt, boolean powerLoss) throws IOException {
        Path disk = Files.createTempDirectory(scratch, "disk");
        CrashingFileSystem files = new CrashingFileSystem(disk, new SplittableRandom(seed ^ crashAt));
        try {
            boolean verify = Math.floorMod(2 * crashAt + (powerLoss ? 1 : 0), VERIFY_EVERY) == 0;
            Script script = beginning.begin(files, new SplittableRandom(seed));
            long before = files.calls();
            files.crashAt(crashAt == Long.MAX_VALUE ? crashAt : before + crashAt);
            script.play(powerLoss, verify);
            return files.calls() - before;
        } catch (AssertionError | RuntimeException | IOException e) {
            throw new AssertionError("stopped at call " + crashAt + (powerLoss ? " by a power loss" : " by a kill"), e);
        } finally {
            files.close();
            Files.delete(disk);
        }
    }
}
