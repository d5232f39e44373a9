package dev.curia.metadata.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.port.FakeMetadataLog;
import dev.curia.metadata.port.MetadataLog;
import dev.curia.proto.metadata.v1.MetadataRecord;
import dev.curia.proto.metadata.v1.ProducerIdBlockRecord;
import dev.curia.proto.metadata.v1.SnapshotPart;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ImageSnapshotsTest {
    private final FakeMetadataLog log = new FakeMetadataLog();
    private final ImageSnapshots snapshots = new ImageSnapshots(log);

    @BeforeEach
    void start() {
        log.start(
                new MetadataLog.CommitListener() {
                    @Override
                    public void onCommitted(long index, List<MetadataRecord> records, MetadataImage image) {}

                    @Override
                    public void onSnapshotInstalled(MetadataImage image) {}
                },
                new MetadataLog.LeadershipListener() {
                    @Override
                    public void onLeader(long term, long lastSequence) {}

                    @Override
                    public void onFollower() {}
                });
        change(1);
    }

    private void change(long nextProducerId) {
        log.commit(List.of(MetadataRecord.newBuilder()
                .setProducerIdBlock(ProducerIdBlockRecord.newBuilder().setNextProducerId(nextProducerId))
                .build()));
    }

    private static MetadataImage image(List<SnapshotPart> snapshot) {
        List<MetadataRecord> records = snapshot.stream()
                .map(SnapshotPart::getRecordsList)
                .flatMap(List::stream)
                .toList();
        return MetadataImage.EMPTY.apply(snapshot.get(0).getIndex(), records).image();
    }

    @Test
    void whoComesLaterSharesOneAndGoesOnWithTheChangesSince() {
        List<SnapshotPart> first = snapshots.take();
        assertThat(image(first)).isEqualTo(log.image());
        change(1_000);
        assertThat(snapshots.take()).isSameAs(first);
        assertThat(log.changesAfter(first.get(0).getIndex(), 10).orElseThrow()).hasSize(1);
    }

    @Test
    void oneThatNobodyIsSentIsForgotten() {
        List<SnapshotPart> first = snapshots.take();
        snapshots.forget();
        change(1_000);
        assertThat(image(snapshots.take())).isEqualTo(log.image());
        assertThat(snapshots.take()).isNotSameAs(first);
    }

    @Test
    void fromOneThatIsTooOldNothingLeadsToThePresent() {
        List<SnapshotPart> first = snapshots.take();
        change(1_000);
        log.forgetChanges();
        List<SnapshotPart> second = snapshots.take();
        assertThat(second).isNotSameAs(first);
        assertThat(image(second)).isEqualTo(log.image());
    }

    @Test
    void anEmptyImageIsAnnouncedToo() {
        List<SnapshotPart> empty = new ImageSnapshots(new FakeMetadataLog()).take();
        assertThat(empty).hasSize(1);
        assertThat(empty.get(0).getFirst()).isTrue();
        assertThat(empty.get(0).getLast()).isTrue();
    }
}
