using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Documents;

/// <summary>The content of a configuration file. Its published description is <c>docs/configuration.schema.json</c>, and a test compares the two.</summary>
internal sealed record ConfigurationDocument
{
    /// <summary>The version of the schema that this module writes. A change that earlier modules cannot read increases it.</summary>
    public const int CurrentVersion = 1;

    private const string SchemaId = "urn:passwordboss-entraconnector:configuration:1";

    private static readonly JsonSerializerOptions Options = new(ConfigurationJson.Default.Options)
    {
        TypeInfoResolver = ConfigurationJson.Default,
        // Names in any script stay readable.
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        WriteIndented = true,
        NewLine = "\n",
        RespectNullableAnnotations = true,
    };

    /// <summary>The id of the schema, by which an editor finds it.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>The version of the schema.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>The connections.</summary>
    public required IReadOnlyList<ConnectionConfiguration> Connections { get; init; }

    /// <summary>The type of a configuration file, for the test of the schema.</summary>
    internal static JsonTypeInfo Type => Options.GetTypeInfo(typeof(ConfigurationDocument));

    /// <summary>The content of a file.</summary>
    /// <param name="connections">The connections.</param>
    public static byte[] Write(IReadOnlyList<ConnectionConfiguration> connections)
    {
        var document = new ConfigurationDocument { Schema = SchemaId, SchemaVersion = CurrentVersion, Connections = connections };
        return [.. JsonSerializer.SerializeToUtf8Bytes(document, (JsonTypeInfo<ConfigurationDocument>)Type), (byte)'\n'];
    }

    /// <summary>Reads the content of a file. Throws a <see cref="ConnectorException"/>, and nothing else, if any part of it cannot be used.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="content">The content.</param>
    public static IReadOnlyList<ConnectionConfiguration> Read(string path, byte[] content)
    {
        try
        {
            var bytes = content.AsMemory(content.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0);
            using var document = JsonDocument.Parse(bytes);
            RequireVersion(path, document.RootElement);
            RequireKnown(path, document.RootElement, Type, "$");
            return document.RootElement.Deserialize((JsonTypeInfo<ConfigurationDocument>)Type)!.Connections;
        }
        catch (JsonException exception) when (exception.Path is { } place)
        {
            throw Invalid(path, place, Texts.FlawValue);
        }
        catch (JsonException exception)
        {
            throw Invalid(path, "$", Texts.FlawJson(((exception.LineNumber ?? 0) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    // Checked first: properties that a later version added are not errors in the file.
    private static void RequireVersion(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("schemaVersion", out var version))
            throw Invalid(path, "$.schemaVersion", Texts.FlawMissing);
        if (version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number < 1)
            throw Invalid(path, "$.schemaVersion", Texts.FlawValue);
        if (number > CurrentVersion)
        {
            throw new ConnectorException(Problems.ConfigurationTooNew(
                path, number.ToString(System.Globalization.CultureInfo.InvariantCulture), CurrentVersion.ToString(System.Globalization.CultureInfo.InvariantCulture)).About(path));
        }
    }

    // The serializer would ignore a misspelt property, or report it with a message that quotes the file.
    private static void RequireKnown(string path, JsonElement element, JsonTypeInfo type, string place)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind == JsonValueKind.Object:
                RequireKnownProperties(path, element, type, place);
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                    RequireKnown(path, item, Options.GetTypeInfo(type.ElementType!), $"{place}[{index++}]");
                break;
            case JsonTypeInfoKind.None when element.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array):
                break;
            default:
                throw Invalid(path, place, Texts.FlawValue);
        }
    }

    private static void RequireKnownProperties(string path, JsonElement element, JsonTypeInfo type, string place)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            var known = type.Properties.FirstOrDefault(property => property.Name == member.Name) ?? throw Invalid(path, $"{place}.{member.Name}", Texts.FlawUnknown);
            if (!seen.Add(member.Name))
                throw Invalid(path, $"{place}.{member.Name}", Texts.FlawTwice);
            RequireKnown(path, member.Value, Options.GetTypeInfo(known.PropertyType), $"{place}.{member.Name}");
        }

        if (type.Properties.FirstOrDefault(property => IsRequired(property) && !seen.Contains(property.Name)) is { } missing)
            throw Invalid(path, $"{place}.{missing.Name}", Texts.FlawMissing);
    }

    /// <summary>Whether a property must be in the file.</summary>
    /// <param name="property">The property.</param>
    internal static bool IsRequired(JsonPropertyInfo property) => property.IsRequired || property.AssociatedParameter is { HasDefaultValue: false, IsMemberInitializer: false };

    private static ConnectorException Invalid(string path, string place, Message flaw) =>
        new(Problems.ConfigurationInvalid(path, place, flaw).About(path));
}

/// <summary>The types of a configuration file.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(ConfigurationEnumerations), typeof(ConfigurationAddress)])]
[JsonSerializable(typeof(ConfigurationDocument))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;

/// <summary>An absolute address, as it was entered.</summary>
internal sealed class ConfigurationAddress : JsonConverter<Uri>
{
    /// <inheritdoc/>
    public override Uri Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Uri.TryCreate(reader.GetString(), UriKind.Absolute, out var address) ? address : throw new JsonException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Uri value, JsonSerializerOptions options) => writer.WriteStringValue(value.OriginalString);
}

/// <summary>Enumerations by their exact name.</summary>
internal sealed class ConfigurationEnumerations : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    /// <inheritdoc/>
    public override JsonConverter? CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter?)Activator.CreateInstance(typeof(ConfigurationEnumeration<>).MakeGenericType(typeToConvert));

    private sealed class ConfigurationEnumeration<T> : JsonConverter<T>
        where T : struct
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && reader.GetString() is { } name && Enum.IsDefined(typeof(T), name) && Enum.TryParse<T>(name, out var value)
                ? value
                : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
