using System.Collections.Generic;
using System.Text.Json.Serialization;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Documents;

/// <summary>
/// The types that are stored as JSON, under the names of their properties. A new property is stored without further code; a renamed one
/// needs its stored name in <see cref="StoredTypes"/>.
/// </summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(StoredEnumerations), typeof(StoredMessage), typeof(StoredAddress)])]
[JsonSerializable(typeof(ConnectionSettings))]
[JsonSerializable(typeof(ConnectionHealth))]
[JsonSerializable(typeof(PauseRecord))]
[JsonSerializable(typeof(SyncProgress))]
[JsonSerializable(typeof(ConnectionSecrets))]
[JsonSerializable(typeof(RunHolder))]
[JsonSerializable(typeof(WitnessDocument))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(IReadOnlyList<Message>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class StoredJson : JsonSerializerContext;
