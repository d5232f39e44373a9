package dev.curia.admin.command;

import dev.curia.backup.MetadataBackup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code curia quorum snapshot describe}. */
@Command(
        name = "describe",
        description = "Check a backup of the metadata, and show what is in it. Needs no cluster.",
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia quorum snapshot describe metadata.backup",
            "  curia quorum snapshot describe metadata.backup --json"
        })
final class QuorumSnapshotDescribe implements Callable<Integer> {
    private final CuriaCommand curia;

    @Parameters(paramLabel = "FILE", description = "What 'curia quorum snapshot save' wrote.")
    @SuppressWarnings("NullAway.Init") // by picocli
    private Path file;

    QuorumSnapshotDescribe(CuriaCommand curia) {
        this.curia = curia;
    }

    @Override
    public Integer call() throws IOException {
        if (!Files.isRegularFile(file)) throw curia.usage("There is no file " + file + ".");
        BackupView view = BackupView.of(MetadataBackup.read(file), Files.size(file));
        curia.print(curia.structured() ? curia.data(view.values()) : view.text());
        return ExitCode.OK;
    }
}
