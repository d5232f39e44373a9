package dev.curia.metadata.ratis;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatisSettingsTest {
    @TempDir
    Path directory;

    @Test
    void whatIsAcknowledgedIsOnDiskAndTheLogIsBounded() {
        RaftProperties p = properties(3);
        assertThat(RaftServerConfigKeys.Log.unsafeFlushEnabled(p)).isFalse();
        assertThat(RaftServerConfigKeys.Log.asyncFlushEnabled(p)).isFalse();
        assertThat(RaftServerConfigKeys.Log.purgeUptoSnapshotIndex(p)).isTrue();
        assertThat(RaftServerConfigKeys.Snapshot.autoTriggerEnabled(p)).isTrue();
        assertThat(RaftServerConfigKeys.Snapshot.retentionFileNum(p)).isEqualTo(2);
        assertThat(RaftServerConfigKeys.LeaderElection.preVote(p)).isTrue();
        assertThat(RaftServerConfigKeys.Log.writeBufferSize(p).getSize())
                .isGreaterThanOrEqualTo(RatisSettings.MAX_ENTRY_BYTES + 8);
    }

    @Test
    void onlyALoneVoterSkipsTheWaitBeforeItsFirstElection() {
        assertThat(RaftServerConfigKeys.Rpc.firstElectionTimeoutMin(properties(1))
                        .toLong(MILLISECONDS))
                .isLessThan(10);
        assertThat(RaftServerConfigKeys.Rpc.firstElectionTimeoutMin(properties(3))
                        .toLong(MILLISECONDS))
                .isEqualTo(QuorumTuning.DEFAULT.firstElectionTimeout().toMillis());
        assertThat(RaftServerConfigKeys.Rpc.timeoutMax(properties(3)).toLong(MILLISECONDS))
                .isEqualTo(1000);
    }

    @Test
    void aSnapshotThatIsNotAnsweredIsGivenUpAfterSeconds() {
        RaftProperties p = properties(3);
        long millis = GrpcConfigKeys.Server.installSnapshotRequestTimeout(p).toLong(MILLISECONDS)
                * GrpcConfigKeys.Server.installSnapshotRequestElementLimit(p);
        assertThat(Duration.ofMillis(millis)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
    }

    @Test
    void noPauseHoweverLongStopsANode() {
        assertThat(RaftServerConfigKeys.closeThreshold(properties(3)).toLong(MILLISECONDS))
                .isGreaterThan(Duration.ofDays(1_000).toMillis());
    }

    @Test
    void theGroupIsTheClusters() {
        assertThat(RatisSettings.groupUuid("a")).isEqualTo(RatisSettings.groupUuid("a"));
        assertThat(RatisSettings.groupUuid("a")).isNotEqualTo(RatisSettings.groupUuid("b"));
    }

    private RaftProperties properties(int voters) {
        QuorumNodeConfig config = TestNode.config(
                1, directory.resolve("node-of-" + voters), TestNode.voters(voters), QuorumTuning.DEFAULT);
        if (!QuorumDirectory.isFormatted(config.directory())) TestNode.format(config);
        try (QuorumDirectory opened = QuorumDirectory.open(config)) {
            return RatisSettings.properties(config, opened);
        }
    }
}
