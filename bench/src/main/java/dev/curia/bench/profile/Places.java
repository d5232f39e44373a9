package dev.curia.bench.profile;

import java.util.List;
import java.util.regex.Pattern;

/** Finds the {@link Place} of samples. What the kernel does is told by what it was asked for, all else by what ran. Stateless. */
final class Places {
    /** What a function of the kernel says about a sample, wherever it is in the chain. */
    private record Rule(Place place, Pattern function) {
        Rule(Place place, String function) {
            this(place, Pattern.compile(function));
        }

        boolean matches(List<Frame> kernel) {
            return kernel.stream()
                    .anyMatch(frame -> function.matcher(frame.symbol()).find());
        }
    }

    /** The first that matches counts: files and sockets are written with the same calls, and threads are woken by writing, too. */
    private static final List<Rule> KERNEL = List.of(
            new Rule(
                    Place.SENDING,
                    "tcp_sendmsg|sock_sendmsg|sock_write_iter|splice_to_socket|sendfile|sys_sendto|sys_sendmsg"),
            new Rule(Place.RECEIVING, "tcp_recvmsg|sock_recvmsg|inet_recvmsg|sock_read_iter|sys_recvfrom|sys_recvmsg"),
            new Rule(Place.WAITING, "^(eventfd|timerfd)_|pipe_write|pipe_read"),
            new Rule(Place.FORCING_FILES, "f(data)?sync"),
            new Rule(Place.WRITING_FILES, "vfs_write|ksys_write|do_writev|pwrite|iter_write|perform_write"),
            new Rule(Place.READING_FILES, "vfs_read|ksys_read|do_readv|_pread|filemap_read"),
            // Of topics that were measured before: it belongs to no load.
            new Rule(Place.DELETING_FILES, "unlink|^evict$|truncate_"),
            new Rule(
                    Place.WAITING,
                    "epoll|futex|^(do|__do|__x64)_(sys_)?p?poll|nanosleep|^_*(preempt_)?schedule($|_h|_t)"),
            new Rule(Place.PAGE_FAULTS, "page_fault|user_addr_fault|handle_mm_fault"));

    private static final Pattern COLLECTORS = Pattern.compile("^(GC Thread|G1 )");
    private static final Pattern COMPILERS = Pattern.compile("^C[12] Compiler");
    private static final Pattern COPY = Pattern.compile("^_*(memcpy|memmove|mempcpy)|_Copy_|^Copy::");
    private static final Pattern STUBS = Pattern.compile("^StubRoutines ");
    /** Java's stubs are in a few lumps, of which the first has the checksums and the others copy: they do little else for a broker. */
    private static final Pattern CHECKSUM_STUBS = Pattern.compile("^StubRoutines \\((1|initial.*)\\)");

    private static final Pattern CHECKSUM = Pattern.compile("^java\\.util\\.zip\\.(CRC32|Checksum)");
    private static final Pattern BROKER = Pattern.compile("^(dev\\.curia|org\\.apache\\.kafka|kafka|scala)\\.");
    private static final Pattern NETWORK = Pattern.compile("^(io\\.netty|io\\.grpc|com\\.google\\.protobuf)\\.");
    private static final Pattern JAVA = Pattern.compile("^(javax?|jdk|sun|com\\.sun)\\.");

    private Places() {}

    /** Their time is told of elsewhere: it ends when all is compiled. */
    static boolean isCompiler(Sample sample) {
        return COMPILERS.matcher(sample.thread()).find();
    }

    static Place of(Sample sample) {
        if (sample.chain().isEmpty()) return Place.UNKNOWN;
        Frame leaf = sample.chain().get(0);
        if (leaf.kernel()) return ofKernel(sample);
        if (COLLECTORS.matcher(sample.thread()).find()) return Place.COLLECTING;
        if (leaf.isUnknown()) return Place.UNKNOWN;
        if (!leaf.isJava()) return COPY.matcher(leaf.symbol()).find() ? Place.COPYING : Place.NATIVE;
        return leaf.method().map(Places::ofMethod).orElseGet(() -> ofStub(leaf.symbol()));
    }

    private static Place ofKernel(Sample sample) {
        List<Frame> kernel = sample.chain().stream().takeWhile(Frame::kernel).toList();
        return KERNEL.stream()
                .filter(rule -> rule.matches(kernel))
                .map(Rule::place)
                .findFirst()
                .orElse(Place.KERNEL);
    }

    private static Place ofMethod(String method) {
        if (CHECKSUM.matcher(method).find()) return Place.CHECKSUMS;
        if (BROKER.matcher(method).find()) return Place.BROKER;
        if (NETWORK.matcher(method).find()) return Place.NETWORK_LIBRARIES;
        return JAVA.matcher(method).find() ? Place.JAVA_LIBRARY : Place.OTHER_LIBRARIES;
    }

    private static Place ofStub(String symbol) {
        if (symbol.startsWith("Interpreter")) return Place.INTERPRETED;
        if (CHECKSUM_STUBS.matcher(symbol).find()) return Place.CHECKSUMS;
        return STUBS.matcher(symbol).find() ? Place.COPYING : Place.NATIVE;
    }
}
