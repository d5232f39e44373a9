package dev.curia.metadata.ratis;

import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.ImageRecords;
import dev.curia.metadata.image.MetadataImage;
import dev.curia.metadata.image.PartitionState;
import dev.curia.metadata.image.Topic;
import dev.curia.metadata.rocksdb.Checkpoints;
import dev.curia.metadata.rocksdb.Directories;
import dev.curia.metadata.rocksdb.ImageStore;
import dev.curia.metadata.rocksdb.StoredPosition;
import dev.curia.proto.metadata.v1.MetadataRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorageMetadata;
import org.apache.ratis.util.SizeInBytes;

/** A quorum of one that goes on from metadata which may lack what happened last. Pure, but for {@link #format}. */
final class SoleVoter {
    static final long INDEX_GAP = 1_000_000;
    static final long ID_GAP = 1_000_000;
    static final int EPOCH_GAP = 1_000;

    private SoleVoter() {}

    /**
     * What makes metadata that may have forgotten something safe to go on with: nothing that was given out is given out again, and who followed
     * it before can tell that this is another history.
     */
    static List<MetadataRecord> jump(MetadataImage image, RandomGenerator random) {
        List<MetadataRecord> records = new ArrayList<>();
        records.add(ImageRecords.clusterRecord(
                image.cluster().withHistory(Uuid.random(random).toString())));
        records.add(ImageRecords.producerIdRecord(image.nextProducerId() + ID_GAP));
        records.add(ImageRecords.brokerEpochRecord(image.nextBrokerEpoch() + ID_GAP));
        for (Topic topic : image.topics()) {
            for (int p = 0; p < topic.partitions().size(); p++) {
                PartitionState state = topic.partitions().get(p);
                records.add(MetadataRecord.newBuilder()
                        .setPartition(ImageRecords.partition(topic.id(), p, state)
                                .setLeaderEpoch(state.leaderEpoch() + EPOCH_GAP)
                                .setPartitionEpoch(state.partitionEpoch() + EPOCH_GAP))
                        .build());
            }
        }
        return records;
    }

    /**
     * Makes {@code group}, which does not exist, the Raft directory of the only voter, with what the store holds as its newest checkpoint.
     * Durable when it returns, but for the name of the directory itself.
     */
    static void format(Path group, Voter self, ImageStore store, StoredPosition position) throws IOException {
        Files.createDirectories(group);
        try (RaftStorage storage = RaftStorage.newBuilder()
                .setDirectory(group.toFile())
                .setOption(RaftStorage.StartupOption.FORMAT)
                .setLogCorruptionPolicy(RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION)
                .setStorageFreeSpaceMin(SizeInBytes.ZERO)
                .build()) {
            storage.initialize();
            storage.getMetadataFile()
                    .persist(RaftStorageMetadata.valueOf(position.term(), RatisSettings.peerId(self.id())));
        }
        RaftPeerProto peer = RatisSettings.peer(self).getRaftPeerProto();
        LogEntryProto alone = LogEntryProto.newBuilder()
                .setTerm(position.term())
                .setIndex(position.index())
                .setConfigurationEntry(RaftConfigurationProto.newBuilder().addPeers(peer))
                .build();
        try (OutputStream out = Files.newOutputStream(GroupFile.file(group))) {
            alone.writeTo(out);
        }
        Checkpoints checkpoints = new Checkpoints(group.resolve("sm"));
        store.checkpoint(position, checkpoints.directoryOf(position.term(), position.index()));
        forceAll(group);
    }

    private static void forceAll(Path tree) throws IOException {
        List<Path> paths;
        try (Stream<Path> all = Files.walk(tree)) {
            paths = all.toList();
        }
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                Directories.force(path);
            } else {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        }
        Path parent = tree.getParent();
        if (parent != null) Directories.force(parent);
    }
}
