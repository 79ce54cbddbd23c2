using Executor.Grpc;
using Google.Protobuf;

namespace Executor.Flight.Protocol;

/// <summary>How each message of Flight becomes bytes and back.</summary>
internal static class FlightMarshallers
{
    public static readonly Marshaller<FlightData> Data = new(FlightDataCodec.Write, FlightDataCodec.Read);

    public static readonly Marshaller<FlightDescriptor> Descriptor =
        Create(Wire.FlightDescriptor.Parser, MessageConversions.ToWire, MessageConversions.FromWire);

    public static readonly Marshaller<FlightInfo> Info = Create(Wire.FlightInfo.Parser, MessageConversions.ToWire, MessageConversions.FromWire);

    public static readonly Marshaller<PollInfo> Poll = Create(Wire.PollInfo.Parser, MessageConversions.ToWire, MessageConversions.FromWire);

    public static readonly Marshaller<SchemaResult> Schema = Create(
        Wire.SchemaResult.Parser,
        value => new Wire.SchemaResult { Schema = MessageConversions.Wrap(value.Schema) },
        wire => new SchemaResult(wire.Schema.Memory));

    public static readonly Marshaller<FlightTicket> Ticket = Create(
        Wire.Ticket.Parser,
        value => new Wire.Ticket { Ticket_ = MessageConversions.Wrap(value.Ticket) },
        wire => new FlightTicket(wire.Ticket_.Memory));

    public static readonly Marshaller<FlightPutResult> PutResult = Create(
        Wire.PutResult.Parser,
        value => new Wire.PutResult { AppMetadata = MessageConversions.Wrap(value.ApplicationMetadata) },
        wire => new FlightPutResult(wire.AppMetadata.Memory));

    public static readonly Marshaller<FlightAction> Action = Create(
        Wire.Action.Parser,
        value => new Wire.Action { Type = value.Type, Body = MessageConversions.Wrap(value.Body) },
        wire => new FlightAction(wire.Type, wire.Body.Memory));

    public static readonly Marshaller<FlightResult> Result = Create(
        Wire.Result.Parser,
        value => new Wire.Result { Body = MessageConversions.Wrap(value.Body) },
        wire => new FlightResult(wire.Body.Memory));

    public static readonly Marshaller<FlightActionType> ActionType = Create(
        Wire.ActionType.Parser,
        value => new Wire.ActionType { Type = value.Type, Description = value.Description },
        wire => new FlightActionType(wire.Type, wire.Description));

    public static readonly Marshaller<FlightCriteria> Criteria = Create(
        Wire.Criteria.Parser,
        value => new Wire.Criteria { Expression = MessageConversions.Wrap(value.Expression) },
        wire => new FlightCriteria(wire.Expression.Memory));

    public static readonly Marshaller<Wire.Empty> Empty = Create(Wire.Empty.Parser, value => value, wire => wire);

    public static readonly Marshaller<FlightHandshakeRequest> HandshakeRequest = Create(
        Wire.HandshakeRequest.Parser,
        value => new Wire.HandshakeRequest { ProtocolVersion = value.ProtocolVersion, Payload = MessageConversions.Wrap(value.Payload) },
        wire => new FlightHandshakeRequest(wire.ProtocolVersion, wire.Payload.Memory));

    public static readonly Marshaller<FlightHandshakeResponse> HandshakeResponse = Create(
        Wire.HandshakeResponse.Parser,
        value => new Wire.HandshakeResponse { ProtocolVersion = value.ProtocolVersion, Payload = MessageConversions.Wrap(value.Payload) },
        wire => new FlightHandshakeResponse(wire.ProtocolVersion, wire.Payload.Memory));

    private static Marshaller<T> Create<T, TWire>(MessageParser<TWire> parser, Func<T, TWire> toWire, Func<TWire, T> fromWire)
        where TWire : IMessage<TWire>
        => new(
            (value, context) =>
            {
                toWire(value).WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context =>
            {
                try
                {
                    return fromWire(parser.ParseFrom(context.PayloadAsReadOnlySequence()));
                }
                catch (InvalidProtocolBufferException e)
                {
                    throw new InvalidDataException($"The bytes are not a {typeof(T).Name}: {e.Message}", e);
                }
            });
}
