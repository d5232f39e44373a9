package dev.curia.broker.group;

import dev.curia.broker.group.state.assign.SubscribableTopics;
import dev.curia.common.id.Uuid;
import dev.curia.metadata.image.MetadataImage;
import java.util.Optional;

/** The topics of a metadata image. Immutable. */
public record ImageTopics(MetadataImage image) implements SubscribableTopics {
    @Override
    public Optional<Topic> find(String name) {
        return image.topic(name).map(ImageTopics::topic);
    }

    @Override
    public Optional<Topic> find(Uuid id) {
        return image.topic(id).map(ImageTopics::topic);
    }

    private static Topic topic(dev.curia.metadata.image.Topic topic) {
        return new Topic(topic.name(), topic.id(), topic.partitions().size());
    }
}
