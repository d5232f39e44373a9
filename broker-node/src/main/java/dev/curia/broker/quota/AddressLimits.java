package dev.curia.broker.quota;

import dev.curia.metadata.image.ClientQuotas;
import dev.curia.metadata.image.ClientQuotas.Limit;
import dev.curia.metadata.image.QuotaEntity;
import dev.curia.metadata.image.QuotaKey;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which limit on new connections holds for an address. Thread-safe; looks hosts up by name, which may take a while, only when the limits of addresses
 * have changed.
 */
final class AddressLimits {
    private static final Logger LOG = LoggerFactory.getLogger(AddressLimits.class);

    // Guarded by this.
    private ClientQuotas seen = ClientQuotas.EMPTY;
    private Map<String, Double> named = Map.of();
    private Map<InetAddress, Limit> found = Map.of();

    @SuppressWarnings("ReferenceEquality") // the same object until one changes
    synchronized Optional<Limit> limit(ClientQuotas limits, InetAddress from) {
        if (limits != seen) look(limits);
        Limit own = found.get(from);
        if (own != null) return Optional.of(own);
        Double ofOthers = named.get(QuotaEntity.DEFAULT);
        return ofOthers == null
                ? Optional.empty()
                : Optional.of(new Limit(
                        QuotaEntity.address(QuotaEntity.DEFAULT),
                        QuotaEntity.address(from.getHostAddress()),
                        ofOthers));
    }

    private void look(ClientQuotas limits) {
        seen = limits;
        Map<String, Double> now = new HashMap<>();
        limits.entities()
                .forEach(entity -> entity.ip()
                        .ifPresent(ip -> now.put(ip, limits.of(entity).get(QuotaKey.CONNECTION_CREATION_RATE.key()))));
        if (now.equals(named)) return;
        Map<InetAddress, Limit> addresses = new HashMap<>();
        now.forEach((ip, perSecond) -> {
            if (ip.equals(QuotaEntity.DEFAULT)) return;
            try {
                QuotaEntity holder = QuotaEntity.address(ip);
                for (InetAddress address : InetAddress.getAllByName(ip))
                    addresses.put(address, new Limit(holder, holder, perSecond));
            } catch (UnknownHostException e) {
                LOG.warn("a connection_creation_rate is set for a host that is not known, and ignored: {}", ip);
            }
        });
        named = now;
        found = addresses;
    }
}
