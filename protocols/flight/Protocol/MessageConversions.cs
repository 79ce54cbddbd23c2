using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Executor.Flight.Protocol;

/// <summary>The public messages as those of the wire, and back. Bytes are handed on, never copied.</summary>
internal static class MessageConversions
{
    public static Wire.FlightDescriptor ToWire(FlightDescriptor value)
    {
        var wire = new Wire.FlightDescriptor { Type = (Wire.FlightDescriptor.Types.DescriptorType)value.Type, Cmd = Wrap(value.Command) };
        wire.Path.AddRange(value.Paths);
        return wire;
    }

    public static FlightDescriptor FromWire(Wire.FlightDescriptor wire) => new((FlightDescriptorType)wire.Type, [.. wire.Path], wire.Cmd.Memory);

    public static Wire.FlightEndpoint ToWire(FlightEndpoint value)
    {
        var wire = new Wire.FlightEndpoint
        {
            Ticket = new Wire.Ticket { Ticket_ = Wrap(value.Ticket.Ticket) },
            ExpirationTime = ToWire(value.ExpirationTime),
            AppMetadata = Wrap(value.AppMetadata),
        };
        wire.Location.AddRange(value.Locations.Select(location => new Wire.Location { Uri = location.Uri }));
        return wire;
    }

    public static FlightEndpoint FromWire(Wire.FlightEndpoint wire)
        => new(new FlightTicket(wire.Ticket?.Ticket_.Memory ?? default), [.. wire.Location.Select(location => new FlightLocation(location.Uri))])
        {
            ExpirationTime = FromWire(wire.ExpirationTime),
            AppMetadata = wire.AppMetadata.Memory,
        };

    public static Wire.FlightInfo ToWire(FlightInfo value)
    {
        var wire = new Wire.FlightInfo
        {
            Schema = Wrap(value.Schema),
            FlightDescriptor = value.Descriptor is { } descriptor ? ToWire(descriptor) : null,
            TotalRecords = value.TotalRecords,
            TotalBytes = value.TotalBytes,
            Ordered = value.Ordered,
            AppMetadata = Wrap(value.AppMetadata),
        };
        wire.Endpoint.AddRange(value.Endpoints.Select(ToWire));
        return wire;
    }

    public static FlightInfo FromWire(Wire.FlightInfo wire)
        => new(wire.Schema.Memory, wire.FlightDescriptor is { } descriptor ? FromWire(descriptor) : null, [.. wire.Endpoint.Select(FromWire)])
        {
            TotalRecords = wire.TotalRecords,
            TotalBytes = wire.TotalBytes,
            Ordered = wire.Ordered,
            AppMetadata = wire.AppMetadata.Memory,
        };

    public static Wire.PollInfo ToWire(PollInfo value)
    {
        var wire = new Wire.PollInfo
        {
            Info = value.Info is { } info ? ToWire(info) : null,
            FlightDescriptor = value.Descriptor is { } descriptor ? ToWire(descriptor) : null,
            ExpirationTime = ToWire(value.ExpirationTime),
        };
        if (value.Progress is { } progress)
        {
            wire.Progress = progress;
        }

        return wire;
    }

    public static PollInfo FromWire(Wire.PollInfo wire)
        => new(wire.Info is { } info ? FromWire(info) : null, wire.FlightDescriptor is { } descriptor ? FromWire(descriptor) : null)
        {
            Progress = wire.HasProgress ? wire.Progress : null,
            ExpirationTime = FromWire(wire.ExpirationTime),
        };

    public static ByteString Wrap(ReadOnlyMemory<byte> bytes) => UnsafeByteOperations.UnsafeWrap(bytes);

    private static Timestamp? ToWire(DateTimeOffset? value) => value is { } time ? Timestamp.FromDateTimeOffset(time) : null;

    private static DateTimeOffset? FromWire(Timestamp? wire)
    {
        try
        {
            return wire?.ToDateTimeOffset();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException("An expiration time lies outside of the years 1 to 9999.", e);
        }
    }
}
