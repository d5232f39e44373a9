package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.backup.BackupWriter;
import dev.curia.backup.MetadataBackup;
import dev.curia.proto.admin.v1.InspectQuorumResponse;
import dev.curia.proto.admin.v1.QuorumAdminGrpc;
import dev.curia.proto.admin.v1.SaveMetadataRequest;
import dev.curia.proto.metadata.v1.BackupHeader;
import dev.curia.proto.metadata.v1.BackupPart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code curia quorum snapshot save}. */
@Command(
        name = "save",
        description = {
            "Save the whole metadata of a running cluster to a new file: topics, partitions, settings, quotas, users,"
                    + " ACLs, feature levels; no records.",
            "",
            "It is of one moment, as the quorum's leader has it, and is read again and checked before the command ends. It holds what"
                    + " passwords are checked with: keep it as you keep those."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {"  curia quorum snapshot save metadata.backup", "  curia quorum snapshot describe metadata.backup"})
final class QuorumSnapshotSave extends AdminCommand {
    @Parameters(paramLabel = "FILE", description = "Where to; must not exist.")
    @SuppressWarnings("NullAway.Init") // by picocli
    private Path file;

    QuorumSnapshotSave(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) throws IOException {
        if (Files.exists(file)) throw curia.usage(file + " exists. Name a new file, or move that one away.");
        InspectQuorumResponse quorum = QuorumCalls.inspect(curia, admin, channels);
        AdminClient leader = QuorumCalls.leader(quorum, curia, channels)
                .orElseThrow(() -> new ClusterException(
                        ClusterException.Kind.UNREACHABLE,
                        "cannot save the metadata: the quorum has no leader now, so nobody knows what is newest. See"
                                + " 'curia quorum status'."));
        try {
            leader.readLong("save the metadata", QuorumAdminGrpc::newBlockingStub, stub -> {
                write(stub.saveMetadata(SaveMetadataRequest.getDefaultInstance()));
                return file;
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        BackupView view = BackupView.of(MetadataBackup.read(file), Files.size(file));
        curia.print(curia.structured() ? curia.data(view.values()) : "Saved to " + file + ".\n" + view.text());
        return ExitCode.OK;
    }

    private void write(Iterator<BackupPart> parts) {
        BackupHeader header = parts.next().getHeader().toBuilder()
                .setSavedAtMs(curia.clock().wallMillis())
                .setBuild(VersionProvider.version())
                .build();
        try (BackupWriter writer = new BackupWriter(file, header)) {
            while (parts.hasNext()) writer.add(parts.next().getRecords().getRecordsList());
            writer.finish();
        } catch (FileAlreadyExistsException e) {
            throw curia.usage(file + " exists. Name a new file, or move that one away.");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
