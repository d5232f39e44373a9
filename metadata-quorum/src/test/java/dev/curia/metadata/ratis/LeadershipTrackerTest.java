package dev.curia.metadata.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.curia.metadata.port.MetadataLog.LeadershipListener;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeadershipTrackerTest {
    private long term = 1;
    private boolean ready;
    private Runnable onReadyAsked = () -> {};
    private final List<String> heard = new ArrayList<>();
    private final LeadershipTracker tracker = new LeadershipTracker(
            new LeadershipTracker.Truth() {
                @Override
                public long term() {
                    return term;
                }

                @Override
                public boolean leaderReady() {
                    boolean answer = ready;
                    onReadyAsked.run();
                    return answer;
                }
            },
            anyTerm -> anyTerm * 10,
            new LeadershipListener() {
                @Override
                public void onLeader(long inTerm, long lastSequence) {
                    heard.add("leader " + inTerm + " after " + lastSequence);
                }

                @Override
                public void onFollower() {
                    heard.add("follower");
                }
            });

    @Test
    void nothingIsHeardBeforeThisNodeLeads() {
        tracker.check();
        assertThat(heard).isEmpty();
    }

    @Test
    void eachChangeIsHeardOnce() {
        ready = true;
        tracker.check();
        tracker.check();
        ready = false;
        tracker.check();
        tracker.check();
        assertThat(heard).containsExactly("leader 1 after 10", "follower");
    }

    @Test
    void leadershipLostAndWonAgainBetweenTwoLooksIsANewActivation() {
        ready = true;
        tracker.check();
        term = 3;
        tracker.check();
        assertThat(heard).containsExactly("leader 1 after 10", "follower", "leader 3 after 30");
    }

    @Test
    void aTermThatChangesDuringTheLookIsNotBelieved() {
        ready = true;
        onReadyAsked = () -> term = 2;
        tracker.check();
        assertThat(heard).isEmpty();
        tracker.check();
        assertThat(heard).containsExactly("leader 2 after 20");
    }
}
