using Executor.Grpc;

namespace Executor.Flight.Protocol;

/// <summary>The methods of the Flight service.</summary>
internal static class FlightMethods
{
    public const string ServiceName = "arrow.flight.protocol.FlightService";

    public static readonly Method<FlightHandshakeRequest, FlightHandshakeResponse> Handshake =
        new(MethodType.DuplexStreaming, ServiceName, "Handshake", FlightMarshallers.HandshakeRequest, FlightMarshallers.HandshakeResponse);

    public static readonly Method<FlightCriteria, FlightInfo> ListFlights =
        new(MethodType.ServerStreaming, ServiceName, "ListFlights", FlightMarshallers.Criteria, FlightMarshallers.Info);

    public static readonly Method<FlightDescriptor, FlightInfo> GetFlightInfo =
        new(MethodType.Unary, ServiceName, "GetFlightInfo", FlightMarshallers.Descriptor, FlightMarshallers.Info);

    public static readonly Method<FlightDescriptor, PollInfo> PollFlightInfo =
        new(MethodType.Unary, ServiceName, "PollFlightInfo", FlightMarshallers.Descriptor, FlightMarshallers.Poll);

    public static readonly Method<FlightDescriptor, SchemaResult> GetSchema =
        new(MethodType.Unary, ServiceName, "GetSchema", FlightMarshallers.Descriptor, FlightMarshallers.Schema);

    public static readonly Method<FlightTicket, FlightData> DoGet =
        new(MethodType.ServerStreaming, ServiceName, "DoGet", FlightMarshallers.Ticket, FlightMarshallers.Data);

    public static readonly Method<FlightData, FlightPutResult> DoPut =
        new(MethodType.DuplexStreaming, ServiceName, "DoPut", FlightMarshallers.Data, FlightMarshallers.PutResult);

    public static readonly Method<FlightData, FlightData> DoExchange =
        new(MethodType.DuplexStreaming, ServiceName, "DoExchange", FlightMarshallers.Data, FlightMarshallers.Data);

    public static readonly Method<FlightAction, FlightResult> DoAction =
        new(MethodType.ServerStreaming, ServiceName, "DoAction", FlightMarshallers.Action, FlightMarshallers.Result);

    public static readonly Method<Wire.Empty, FlightActionType> ListActions =
        new(MethodType.ServerStreaming, ServiceName, "ListActions", FlightMarshallers.Empty, FlightMarshallers.ActionType);
}
