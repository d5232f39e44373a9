package dev.curia.metadata.acl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.common.security.Acl;
import dev.curia.common.security.Operation;
import dev.curia.common.security.PatternType;
import dev.curia.common.security.Permission;
import dev.curia.common.security.Principal;
import dev.curia.common.security.ResourceType;
import dev.curia.testkit.Check;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AuthorizerTest {
    private static final Authorizer STRICT = new Authorizer(Set.of(Principal.user("root")), false);
    private static final Authorizer LENIENT = new Authorizer(Set.of(), true);
    private static final Caller ALICE = new Caller(Principal.user("alice"), "10.0.0.1");

    private static Acl acl(Permission permission, Operation operation, PatternType pattern, String topic) {
        return new Acl(ResourceType.TOPIC, topic, pattern, ALICE.principal(), Acl.WILDCARD, operation, permission);
    }

    private static Acl allow(Operation operation, String topic) {
        return acl(Permission.ALLOW, operation, PatternType.LITERAL, topic);
    }

    private static Acls of(Acl... acls) {
        Acls all = Acls.NONE;
        for (Acl acl : acls) all = all.plus(acl);
        return all;
    }

    private static boolean permits(Acls acls, Operation operation, String topic) {
        return STRICT.permits(acls, ALICE, operation, ResourceType.TOPIC, topic);
    }

    @Test
    void nobodyMayDoWhatNoEntryAllows() {
        assertThat(permits(Acls.NONE, Operation.READ, "t")).isFalse();
        assertThat(permits(of(allow(Operation.READ, "t")), Operation.READ, "t")).isTrue();
        assertThat(permits(of(allow(Operation.READ, "t")), Operation.READ, "u")).isFalse();
        assertThat(permits(of(allow(Operation.READ, "t")), Operation.WRITE, "t"))
                .isFalse();
        assertThat(permits(of(allow(Operation.READ, "*")), Operation.READ, "u")).isTrue();
        assertThat(permits(of(allow(Operation.ALL, "t")), Operation.ALTER_CONFIGS, "t"))
                .isTrue();
    }

    @Test
    void superUsersMayDoWhatIsDenied() {
        Acl denied = new Acl(
                ResourceType.TOPIC,
                "*",
                PatternType.LITERAL,
                Acl.EVERYONE,
                Acl.WILDCARD,
                Operation.ALL,
                Permission.DENY);
        Caller root = new Caller(Principal.user("root"), "10.0.0.1");
        assertThat(STRICT.permits(of(denied), root, Operation.READ, ResourceType.TOPIC, "t"))
                .isTrue();
        assertThat(STRICT.permitsSomewhere(of(denied), root, Operation.READ, ResourceType.TOPIC))
                .isTrue();
        assertThat(permits(of(denied, allow(Operation.READ, "t")), Operation.READ, "t"))
                .isFalse();
    }

    @Test
    void whoMayWorkWithAThingMayLookAtIt() {
        for (Operation operation : List.of(Operation.READ, Operation.WRITE, Operation.DELETE, Operation.ALTER)) {
            assertThat(permits(of(allow(operation, "t")), Operation.DESCRIBE, "t"))
                    .isTrue();
            assertThat(permits(of(allow(operation, "t")), Operation.DESCRIBE_CONFIGS, "t"))
                    .isFalse();
        }
        assertThat(permits(of(allow(Operation.ALTER_CONFIGS, "t")), Operation.DESCRIBE_CONFIGS, "t"))
                .isTrue();
        assertThat(permits(of(allow(Operation.ALTER_CONFIGS, "t")), Operation.DESCRIBE, "t"))
                .isFalse();
        assertThat(permits(of(allow(Operation.CREATE, "t")), Operation.DESCRIBE, "t"))
                .isFalse();
        Acl noRead = acl(Permission.DENY, Operation.READ, PatternType.LITERAL, "t");
        assertThat(permits(of(noRead, allow(Operation.DESCRIBE, "t")), Operation.DESCRIBE, "t"))
                .isTrue();
    }

    @Test
    void aPrefixIsAboutEveryNameThatBeginsSo() {
        Acls acls = of(acl(Permission.ALLOW, Operation.READ, PatternType.PREFIXED, "pay"));
        assertThat(permits(acls, Operation.READ, "pay")).isTrue();
        assertThat(permits(acls, Operation.READ, "payments")).isTrue();
        assertThat(permits(acls, Operation.READ, "pa")).isFalse();
        Acl denied = acl(Permission.DENY, Operation.READ, PatternType.PREFIXED, "payment-secrets");
        assertThat(permits(acls.plus(denied), Operation.READ, "payment-secrets-1"))
                .isFalse();
        assertThat(permits(acls.plus(denied), Operation.READ, "payment")).isTrue();
        assertThat(permits(of(acl(Permission.ALLOW, Operation.READ, PatternType.PREFIXED, "*")), Operation.READ, "t"))
                .isFalse();
    }

    @Test
    void hostsAreAddresses() {
        Acl fromThere = new Acl(
                ResourceType.TOPIC,
                "t",
                PatternType.LITERAL,
                ALICE.principal(),
                "10.0.0.2",
                Operation.READ,
                Permission.ALLOW);
        assertThat(permits(of(fromThere), Operation.READ, "t")).isFalse();
        Caller there = new Caller(ALICE.principal(), "10.0.0.2");
        assertThat(STRICT.permits(of(fromThere), there, Operation.READ, ResourceType.TOPIC, "t"))
                .isTrue();
    }

    @Test
    void whereNothingIsSaidEveryoneMayIfSoConfigured() {
        Acl others = new Acl(
                ResourceType.TOPIC,
                "t",
                PatternType.LITERAL,
                Principal.user("bob"),
                Acl.WILDCARD,
                Operation.READ,
                Permission.ALLOW);
        assertThat(LENIENT.permits(of(others), ALICE, Operation.READ, ResourceType.TOPIC, "u"))
                .isTrue();
        assertThat(LENIENT.permits(of(others), ALICE, Operation.READ, ResourceType.TOPIC, "t"))
                .isFalse();
        assertThat(LENIENT.permits(of(others), ALICE, Operation.READ, ResourceType.GROUP, "t"))
                .isTrue();
    }

    @Test
    void somewhereIsWhereNotAllIsDenied() {
        Acl allowed = allow(Operation.WRITE, "pay-1");
        assertThat(somewhere(of(allowed))).isTrue();
        assertThat(somewhere(Acls.NONE)).isFalse();
        assertThat(somewhere(of(allow(Operation.READ, "pay-1")))).isFalse();
        assertThat(somewhere(of(allowed, acl(Permission.DENY, Operation.WRITE, PatternType.LITERAL, "pay-1"))))
                .isFalse();
        assertThat(somewhere(of(allowed, acl(Permission.DENY, Operation.ALL, PatternType.PREFIXED, "pay"))))
                .isFalse();
        assertThat(somewhere(of(allowed, acl(Permission.DENY, Operation.ALL, PatternType.PREFIXED, "pay-2"))))
                .isTrue();
        assertThat(somewhere(of(allowed, acl(Permission.DENY, Operation.WRITE, PatternType.LITERAL, "*"))))
                .isFalse();
        Acl all = allow(Operation.WRITE, "*");
        assertThat(somewhere(of(all, acl(Permission.DENY, Operation.WRITE, PatternType.PREFIXED, "p"))))
                .isTrue();
        assertThat(LENIENT.permitsSomewhere(Acls.NONE, ALICE, Operation.WRITE, ResourceType.TOPIC))
                .isTrue();
    }

    private static boolean somewhere(Acls acls) {
        return STRICT.permitsSomewhere(acls, ALICE, Operation.WRITE, ResourceType.TOPIC);
    }

    @Test
    void aCheckLooksOnlyAtWhatIsAboutItsResourceAndPrincipal() {
        Acls acls = Acls.NONE;
        for (int i = 0; i < 20_000; i++) {
            acls = acls.plus(new Acl(
                    ResourceType.TOPIC,
                    "topic-" + i,
                    i % 2 == 0 ? PatternType.LITERAL : PatternType.PREFIXED,
                    Principal.user("user-" + i % 100),
                    Acl.WILDCARD,
                    Operation.READ,
                    Permission.ALLOW));
            acls = acls.plus(new Acl(
                    ResourceType.TOPIC,
                    "topic-7",
                    PatternType.LITERAL,
                    Principal.user("reader-" + i),
                    Acl.WILDCARD,
                    Operation.READ,
                    Permission.ALLOW));
        }
        acls = acls.plus(allow(Operation.READ, "topic-7"));
        assertThat(acls.about(ResourceType.TOPIC, "topic-7", ALICE.principal())).hasSize(1);
        // Every prefix of a name that there is: topic-1 and topic-19 are of others.
        assertThat(acls.about(ResourceType.TOPIC, "topic-19107-x", Principal.user("user-7")))
                .extracting(Acl::resource)
                .containsExactly("topic-19107");
        assertThat(acls.about(ResourceType.TOPIC, "topic-107", Principal.user("user-7")))
                .extracting(Acl::resource)
                .containsExactly("topic-107");
    }

    private record Case(List<Acl> acls, Set<Acl> left, List<String> names) {}

    /** Few names and letters, so that most things meet. */
    private static Case random(SplittableRandom random) {
        List<Acl> acls = new ArrayList<>();
        Set<Acl> left = new HashSet<>();
        for (int i = random.nextInt(40); i > 0; i--) {
            Acl acl = new Acl(
                    pick(random, ResourceType.TOPIC, ResourceType.GROUP),
                    random.nextInt(6) == 0 ? Acl.WILDCARD : name(random),
                    pick(random, PatternType.values()),
                    pick(random, ALICE.principal(), Principal.user("bob"), Acl.EVERYONE),
                    pick(random, Acl.WILDCARD, "10.0.0.1", "10.0.0.2"),
                    pick(random, Operation.ALL, Operation.READ, Operation.WRITE, Operation.DESCRIBE),
                    random.nextInt(4) == 0 ? Permission.DENY : Permission.ALLOW);
            acls.add(acl);
            if (random.nextInt(4) > 0) left.add(acl);
        }
        List<String> names = new ArrayList<>(List.of("*"));
        for (int i = 0; i < 20; i++) names.add(name(random));
        return new Case(acls, left, names);
    }

    private static String name(SplittableRandom random) {
        StringBuilder name = new StringBuilder();
        for (int i = 1 + random.nextInt(5); i > 0; i--) name.append(pick(random, "a", "b", "aa", "-"));
        return name.toString();
    }

    @SafeVarargs
    private static <T> T pick(SplittableRandom random, T... of) {
        return of[random.nextInt(of.length)];
    }

    @Test
    void decidesAsGoingThroughAllEntriesDoes() {
        Check.forAll(2000, AuthorizerTest::random, its -> {
            Acls acls = Acls.NONE;
            for (Acl acl : its.acls) acls = acls.plus(acl);
            for (Acl acl : its.acls) if (!its.left.contains(acl)) acls = acls.minus(acl);
            assertThat(acls.all()).isEqualTo(its.left);
            for (String name : its.names) {
                for (Operation operation : List.of(Operation.READ, Operation.DESCRIBE)) {
                    for (Authorizer authorizer : List.of(STRICT, LENIENT)) {
                        assertThat(authorizer.permits(acls, ALICE, operation, ResourceType.TOPIC, name))
                                .as("%s %s of %s", authorizer, operation, name)
                                .isEqualTo(naive(its.left, authorizer.allowUnlessAnyAcl(), operation, name));
                    }
                }
            }
        });
    }

    private static boolean naive(Set<Acl> acls, boolean lenient, Operation operation, String name) {
        List<Acl> about = acls.stream()
                .filter(acl -> acl.type() == ResourceType.TOPIC)
                .filter(acl -> switch (acl.pattern()) {
                    case LITERAL -> acl.resource().equals("*") || acl.resource().equals(name);
                    case PREFIXED -> name.startsWith(acl.resource());
                })
                .toList();
        if (about.isEmpty()) return lenient;
        List<Acl> his = about.stream()
                .filter(acl -> acl.isOf(ALICE.principal()) && acl.isFrom(ALICE.host()))
                .toList();
        boolean denied = his.stream()
                .anyMatch(acl -> acl.permission() == Permission.DENY
                        && (acl.operation() == Operation.ALL || acl.operation() == operation));
        return !denied
                && his.stream()
                        .anyMatch(acl -> acl.permission() == Permission.ALLOW
                                && (acl.operation() == Operation.ALL
                                        || acl.operation() == operation
                                        || (operation == Operation.DESCRIBE
                                                && List.of(Operation.READ, Operation.WRITE)
                                                        .contains(acl.operation()))));
    }
}
