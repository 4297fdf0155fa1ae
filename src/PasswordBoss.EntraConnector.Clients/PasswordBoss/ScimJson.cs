using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>Reads attributes by the rules of RFC 7643: names are compared without case, and null means absent.</summary>
internal static class ScimJson
{
    /// <summary>Whether two protocol terms are equal: attribute names and canonical values are compared without case (RFC 7643 section 2.1).</summary>
    /// <param name="left">One term.</param>
    /// <param name="right">The other term.</param>
    public static bool SameWord(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private const int LongestNumber = 100;

    /// <summary>An attribute; null if it is absent or null, or if the owner is not an object.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="name">The name of the attribute.</param>
    public static JsonElement? Find(JsonElement owner, string name)
    {
        if (owner.ValueKind != JsonValueKind.Object)
            return null;
        if (!owner.TryGetProperty(name, out var value) && !TryFindWithoutCase(owner, name, out value))
            return null;
        return value.ValueKind == JsonValueKind.Null ? null : value;
    }

    /// <summary>A string; null if it is absent, empty or not a string.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="name">The name of the attribute.</param>
    public static string? Text(JsonElement owner, string name) =>
        Find(owner, name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>A string, or a number as a string: an external ID of another system must not look like a missing one.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="name">The name of the attribute.</param>
    public static string? TextOrNumber(JsonElement owner, string name) =>
        Find(owner, name) is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : Text(owner, name);

    /// <summary>An id; null if it is absent or cannot be an id.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="name">The name of the attribute.</param>
    public static string? Id(JsonElement owner, string name) => Find(owner, name) is { } value ? IdOf(value) : null;

    /// <summary>A value as an id; null if it cannot be an id. Some servers write a number, which is read by its digits.</summary>
    /// <param name="value">The value.</param>
    public static string? IdOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => ReadableId(value.GetString()),
        JsonValueKind.Number => Digits(value.GetRawText()),
        _ => null,
    };

    /// <summary>
    /// A boolean, one of the strings "True" and "False", which some servers use because older provisioning clients do, or 1 or 0, as databases without booleans store it.
    /// </summary>
    /// <param name="owner">The object.</param>
    /// <param name="name">The name of the attribute.</param>
    public static bool? Boolean(JsonElement owner, string name) => Find(owner, name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.String } text when bool.TryParse(text.GetString(), out var parsed) => parsed,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var bit) && bit is 0 or 1 => bit == 1,
        _ => null,
    };

    /// <summary>An integer, or a string of digits; null if it is absent or anything else.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="name">The name of the attribute.</param>
    public static int? Integer(JsonElement owner, string name) => Find(owner, name) switch
    {
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) => number,
        { ValueKind: JsonValueKind.String } text when int.TryParse(text.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) => parsed,
        _ => null,
    };

    /// <summary>The values of a multi-valued attribute; none if it is absent.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="name">The name of the attribute.</param>
    public static IEnumerable<JsonElement> Values(JsonElement owner, string name)
    {
        if (Find(owner, name) is not { ValueKind: JsonValueKind.Array } values)
            yield break;
        foreach (var value in values.EnumerateArray())
            yield return value;
    }

    /// <summary>Whether an object lists a schema.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="schema">The URN.</param>
    public static bool HasSchema(JsonElement owner, string schema)
    {
        foreach (var value in Values(owner, "schemas"))
        {
            if (value.ValueKind == JsonValueKind.String && string.Equals(value.GetString(), schema, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>
    /// The id and the name of a resource, the names of its person and whether it is active, without parsing the rest, because the responses to thousands of creations
    /// need nothing else. All are null if the text is not a JSON object. Absent and empty attributes are null.
    /// </summary>
    /// <param name="resource">The text.</param>
    /// <param name="nameAttribute"><c>userName</c> or <c>displayName</c>.</param>
    public static (string? Id, string? Name, AccountNames Names, bool IsActive) TryReadIdentity(ReadOnlyMemory<byte> resource, string nameAttribute)
    {
        string? id = null;
        string? name = null;
        string? given = null;
        string? family = null;
        string? display = null;
        var isActive = false;
        Choice displays = default;
        Choice actives = default;
        Choice persons = default;
        try
        {
            var reader = new Utf8JsonReader(resource.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return default;
            var idIsExact = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                // As in Find, the exact spelling takes precedence.
                var isExactId = reader.ValueTextEquals("id");
                var isId = isExactId || (!idIsExact && id is null && EqualsWithoutCase(reader.ValueSpan, "id"));
                var isName = !isId && EqualsWithoutCase(reader.ValueSpan, nameAttribute);
                var isDisplay = displays.Takes(in reader, "displayName");
                var isPerson = persons.Takes(in reader, "name");
                var isState = actives.Takes(in reader, "active");
                reader.Read();
                if (isId)
                    id = reader.TokenType == JsonTokenType.Number ? Digits(Encoding.ASCII.GetString(reader.ValueSpan.ToArray())) : ReadableId(TextOf(in reader));
                else if (isName)
                    name ??= TextOf(in reader);
                if (isDisplay)
                    display = TextOf(in reader);
                else if (isPerson)
                    (given, family) = ReadPerson(ref reader);
                else if (isState)
                    isActive = reader.TokenType == JsonTokenType.True || (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var bit) && bit == 1)
                        || (reader.TokenType == JsonTokenType.String && EqualsWithoutCase(reader.ValueSpan, "true"));
                idIsExact |= isExactId;
                reader.Skip();
            }

            // Anything after the object makes the text invalid.
            return reader.Read() ? default : (id, name, new AccountNames(given, family, display), isActive);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static (string? Given, string? Family) ReadPerson(ref Utf8JsonReader reader)
    {
        string? given = null;
        string? family = null;
        Choice givens = default;
        Choice families = default;
        if (reader.TokenType != JsonTokenType.StartObject)
            return default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isGiven = givens.Takes(in reader, "givenName");
            var isFamily = families.Takes(in reader, "familyName");
            reader.Read();
            if (isGiven)
                given = TextOf(in reader);
            else if (isFamily)
                family = TextOf(in reader);
            reader.Skip();
        }

        return (given, family);
    }

    // A fraction or an exponent has several notations.
    private static string? Digits(string number) => number.Length <= LongestNumber && number.IndexOfAny(['.', 'e', 'E']) < 0 ? number : null;

    // Two different unreadable ids would look equal.
    private static string? ReadableId(string? id) => id is { Length: > 0 } && id.IndexOf(JsonStrings.Unreadable, StringComparison.Ordinal) < 0 ? id : null;

    private static string? TextOf(in Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 } text ? text : null;

    private static bool TryFindWithoutCase(JsonElement owner, string name, out JsonElement value)
    {
        foreach (var property in owner.EnumerateObject())
        {
            if (EqualsWithoutCase(JsonMarshal.GetRawUtf8PropertyName(property), name))
            {
                value = property.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    // Attribute names and URNs are ASCII, and reading a name as a string would allocate for every attribute of every account.
    private static bool EqualsWithoutCase(ReadOnlySpan<byte> left, string right)
    {
        if (left.Length != right.Length)
            return false;
        for (var i = 0; i < left.Length; i++)
        {
            if (Lower((char)left[i]) != Lower(right[i]))
                return false;
        }

        return true;
    }

    // Chooses among several attributes with the same name, as in Find: the last in the exact spelling, else the first in any spelling.
    private struct Choice
    {
        private bool isMade;

        public bool Takes(in Utf8JsonReader reader, string name)
        {
            if (!reader.ValueTextEquals(name) && (isMade || !EqualsWithoutCase(reader.ValueSpan, name)))
                return false;
            isMade = true;
            return true;
        }
    }

    private static char Lower(char c) => c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c;
}
