package dev.curia.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.curia.backup.MetadataBackup;
import dev.curia.metadata.image.ClusterIdentity;
import dev.curia.metadata.image.ConfigResource;
import dev.curia.metadata.image.Features;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.proto.metadata.v1.BackupHeader;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.testkit.Await;
import dev.curia.testkit.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuorumRestoreTest {
    @TempDir
    Path directory;

    private final List<Voter> voters = TestNode.voters(1);

    @Test
    void anEmptyNodeGoesOnFromTheBackup() throws Exception {
        TestNode.format(config("old"));
        MetadataImage before;
        try (TestNode node = TestNode.start(config("old"), new SimpleMeterRegistry())) {
            awaitLeader(node);
            node.propose(List.of(ImageRecords.clusterRecord(ClusterIdentity.first(TestNode.CLUSTER))))
                    .join();
            for (int i = 0; i < 50; i++) node.write("key-" + i, "value-" + i);
            before = node.log.image();
        }
        MetadataBackup backup = backup(before.index(), before.toRecords());

        QuorumRestore restore = new QuorumRestore(config("new"), backup);
        assertThat(restore.image()).isEqualTo(before);
        assertThat(restore.perform(new ManualClock(), new SplittableRandom(1)))
                .contains("node 1 of cluster test-cluster was restored", "the backup's index: " + before.index());

        for (int start = 0; start < 2; start++) {
            try (TestNode node = TestNode.start(config("new"), new SimpleMeterRegistry())) {
                awaitLeader(node);
                MetadataImage after = node.log.image();
                assertThat(after.config(ConfigResource.brokers())).isEqualTo(before.config(ConfigResource.brokers()));
                assertThat(after.index()).isGreaterThanOrEqualTo(before.index() + SoleVoter.INDEX_GAP);
                assertThat(after.nextProducerId()).isEqualTo(before.nextProducerId() + SoleVoter.ID_GAP);
                assertThat(after.clusterId()).isEqualTo(TestNode.CLUSTER);
                assertThat(after.history()).isNotEmpty();
                assertThat(node.log.changesAfter(before.index(), 10))
                        .as("watchers take it anew")
                        .isEmpty();
                assertThat(node.faults).isEmpty();
            }
        }
        assertThat(Files.readString(config("new").directory().resolve("recoveries.log")))
                .contains("was restored");
    }

    @Test
    void onlyAnEmptyDirectoryIsTaken() throws Exception {
        TestNode.format(config("formatted"));
        MetadataBackup backup = backup(7, List.of());
        assertThatThrownBy(() -> perform("formatted", backup)).hasMessageContaining("is not empty");
        Files.createDirectories(config("other").directory());
        Files.writeString(config("other").directory().resolve("notes"), "mine");
        assertThatThrownBy(() -> perform("other", backup)).hasMessageContaining("is not empty: it has notes");
        Files.createDirectories(config("fresh disk").directory().resolve("lost+found"));
        perform("fresh disk", backup);
    }

    @Test
    void aBackupOfAnotherClusterOrOfANewerBuildIsRefused() {
        MetadataBackup other = new MetadataBackup(
                BackupHeader.newBuilder().setClusterId("another").build(), List.of());
        assertThatThrownBy(() -> perform("new", other)).hasMessageContainingAll("another", TestNode.CLUSTER);
        MetadataBackup newer = backup(1, List.of(ImageRecords.featureRecord(Features.METADATA_VERSION, 1_000)));
        assertThatThrownBy(() -> perform("new", newer)).hasMessageContainingAll("metadata.version is at level 1000");
        MetadataBackup unknown = backup(1, List.of(MetadataRecord.getDefaultInstance()));
        assertThatThrownBy(() -> perform("new", unknown)).hasMessageContaining("does not know");
        assertThat(config("new").directory()).doesNotExist();
    }

    private void perform(String name, MetadataBackup backup) throws Exception {
        new QuorumRestore(config(name), backup).perform(new ManualClock(), new SplittableRandom(1));
    }

    private static MetadataBackup backup(long index, List<MetadataRecord> records) {
        BackupHeader header = BackupHeader.newBuilder()
                .setClusterId(TestNode.CLUSTER)
                .setIndex(index)
                .setTerm(4)
                .build();
        return new MetadataBackup(header, new ArrayList<>(records));
    }

    private QuorumNodeConfig config(String name) {
        return TestNode.config(1, directory.resolve(name), voters, TestNode.TINY);
    }

    private static void awaitLeader(TestNode node) {
        Await.until("it leads", TestNode.SOON, () -> node.leadership != null);
    }
}
