package dev.curia.admin.command;

import dev.curia.admin.client.AdminClient;
import dev.curia.admin.client.Channels;
import dev.curia.admin.client.ClusterException;
import dev.curia.admin.doctor.Finding;
import dev.curia.admin.doctor.Finding.Verdict;
import dev.curia.admin.doctor.HostChecks;
import dev.curia.admin.doctor.HostProbe;
import dev.curia.common.text.Json;
import dev.curia.common.text.Table;
import dev.curia.proto.admin.v1.InspectQuorumResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code curia doctor}. */
@Command(
        name = "doctor",
        description = {
            "Check whether this machine is fit to run Curia: limits, kernel settings, disks, ports, Java. With --server also how the"
                    + " metadata quorum is ('curia quorum doctor' tells more of that).",
            "Changes nothing. The exit code is 5 when something fails; warnings do not count."
        },
        sortOptions = false,
        footerHeading = "%nExamples:%n",
        footer = {
            "  curia doctor",
            "  curia doctor --data-dir /var/lib/curia --data-dir /data2/curia",
            "  curia doctor --server quorum-1:9094 --json"
        })
final class Doctor extends AdminCommand {
    @Option(
            names = "--data-dir",
            split = ",",
            paramLabel = "DIRECTORY",
            description = "Where data lies or will lie; may be repeated (default: the current directory).")
    private List<Path> directories = List.of(Path.of(""));

    @Option(
            names = "--ports",
            split = ",",
            paramLabel = "PORT[,...]",
            defaultValue = "9092,9093,9094,9095,9096",
            description = "Ports that Curia is to listen on (default: ${DEFAULT-VALUE}).")
    private List<Integer> ports = List.of();

    Doctor(CuriaCommand curia) {
        super(curia);
    }

    @Override
    int run(AdminClient admin, Channels channels) {
        if (ports.stream().anyMatch(port -> port < 1 || port > 65_535))
            throw curia.usage("Invalid value for option '--ports': expected 1 to 65535.");
        List<Path> shown = directories.stream()
                .map(directory -> directory.toString().isEmpty() ? directory.toAbsolutePath() : directory)
                .toList();
        HostProbe probe = new HostProbe(curia.surroundings().root());
        List<Finding> findings = new ArrayList<>(HostChecks.of(probe.facts(shown, ports)));
        if (curia.namesServers()) findings.addAll(quorum(admin, channels));
        boolean fails = findings.stream().anyMatch(finding -> finding.verdict() == Verdict.FAIL);
        curia.print(
                curia.structured()
                        ? curia.data(findings.stream().map(Doctor::toJson).toList())
                        : toText(findings));
        return fails ? ExitCode.NO : ExitCode.OK;
    }

    private List<Finding> quorum(AdminClient admin, Channels channels) {
        List<Finding> findings = new ArrayList<>();
        String found;
        Verdict verdict = Verdict.OK;
        try {
            InspectQuorumResponse quorum = QuorumCalls.inspect(curia, admin, channels);
            if (quorum.getLeaderId() < 0) verdict = Verdict.FAIL;
            found = quorum.getLeaderId() < 0 ? "no leader" : "node " + quorum.getLeaderId() + " leads";
            quorum.getProblemsList()
                    .forEach(problem -> findings.add(new Finding(
                            "quorum",
                            Verdict.WARN,
                            problem.getWhat(),
                            "no problem",
                            "The quorum holds all metadata.",
                            problem.getRemedy() + ".")));
        } catch (ClusterException e) {
            verdict = Verdict.FAIL;
            found = "not reached";
        }
        findings.add(
                0,
                new Finding(
                        "quorum",
                        verdict,
                        found,
                        "a leader",
                        "Without one nothing of the cluster changes: no topic, no leader, no in-sync set.",
                        "'curia quorum doctor' tells which nodes are missing; start them."));
        return findings;
    }

    private static String toText(List<Finding> findings) {
        Table table = new Table("CHECK", "VERDICT", "FOUND", "WANTED");
        findings.forEach(finding -> table.row(finding.check(), finding.verdict(), finding.found(), finding.wanted()));
        StringBuilder text = new StringBuilder(table.render());
        for (Finding finding : findings) {
            if (finding.verdict() != Verdict.WARN && finding.verdict() != Verdict.FAIL) continue;
            text.append('\n')
                    .append(finding.check())
                    .append(": ")
                    .append(finding.found())
                    .append(", wanted: ")
                    .append(finding.wanted())
                    .append(".\n  Why:  ")
                    .append(finding.why())
                    .append("\n  Do:   ")
                    .append(finding.remedy())
                    .append('\n');
        }
        return text.toString();
    }

    private static Json.Obj toJson(Finding finding) {
        return Json.object()
                .put("check", finding.check())
                .put("verdict", finding.verdict())
                .put("found", finding.found())
                .put("wanted", finding.wanted())
                .put("why", finding.why())
                .put("remedy", finding.remedy());
    }
}
