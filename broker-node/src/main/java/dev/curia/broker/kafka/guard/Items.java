package dev.curia.broker.kafka.guard;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** What several guards do with the items of requests and answers. */
final class Items {
    private Items() {}

    /** Takes those out that are not allowed, and returns them. */
    static <T> List<T> refused(Collection<T> items, Predicate<T> allowed) {
        List<T> refused = new ArrayList<>();
        for (Iterator<T> each = items.iterator(); each.hasNext(); ) {
            T item = each.next();
            if (allowed.test(item)) continue;
            each.remove();
            refused.add(item);
        }
        return refused;
    }

    static <T> List<T> and(List<T> answers, List<T> more) {
        List<T> all = new ArrayList<>(answers);
        all.addAll(more);
        return all;
    }

    static <A, B> List<B> map(Collection<A> items, Function<A, B> to) {
        return items.stream().map(to).toList();
    }
}
