using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace PasswordBoss.EntraConnector.Clients.Tests.Mutations;

/// <summary>A change to the bytes of a JSON text, as a defective or hostile server, or a disk, might make it.</summary>
internal sealed record Mutation(int Kind, int Place, int Length, int Choice)
{
    // Values of unexpected types.
    private static readonly byte[][] Values = new[]
    {
        "null", "true", "{}", "[]", "[[]]", "[null]", "[{}]", "{\"value\":[null,7,{}]}", "\"\"", "\" \"", "\"\\ud800\"", "\"\\udc00x\"", "\"\\u0000\"", "\"\\u001b[2J\"", "\"x\\ny\"",
        "0", "-1", "7.5", "7e2", "1e999", "99999999999999999999999", "2147483648", "\"https://elsewhere.invalid/next\"", "\"file:///etc/passwd\"", "\"a b://\"", "\"%\"",
        "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59+14:00\"", "\"11111111-1111-1111-1111-111111111111\"", "nul", "\"", "\\", ",", "}", "]", "\uFEFF",
    }.Select(Encoding.UTF8.GetBytes).Append([0xFF]).Append([(byte)'"', 0xC3, (byte)'"']).Append([(byte)'"', 0xF0, 0x9F, (byte)'"']).ToArray();

    /// <summary>One to three changes.</summary>
    public static Gen<List<Mutation>> Several { get; } =
        Gen.Select(Gen.Int[0, 7], Gen.Int[0, 100_000], Gen.Int[1, 12], Gen.Int[0, 1_000], (kind, place, length, choice) => new Mutation(kind, place, length, choice)).List[1, 3];

    /// <summary>The text after all changes.</summary>
    public static byte[] Apply(IEnumerable<Mutation> mutations, string text) => mutations.Aggregate(Encoding.UTF8.GetBytes(text), (bytes, m) => m.Apply(bytes));

    private byte[] Apply(byte[] bytes)
    {
        if (bytes.Length == 0)
            return bytes;
        var at = Place % bytes.Length;
        var length = Math.Min(Length, bytes.Length - at);
        var value = Values[Choice % Values.Length];
        return Kind switch
        {
            // Most changes replace a whole value, because others rarely leave valid JSON.
            < 4 when SpansOf(bytes) is { Count: > 0 } spans => Replace(bytes, spans[Place % spans.Count].Start, spans[Place % spans.Count].Length, value),
            4 => Replace(bytes, at, 1, [(byte)Choice]),
            5 => Replace(bytes, at, length, []),
            6 => bytes[..at],
            _ => Replace(bytes, at, 0, value),
        };
    }

    private static byte[] Replace(byte[] bytes, int start, int length, byte[] by) => [.. bytes[..start], .. by, .. bytes[(start + length)..]];

    private static List<(int Start, int Length)> SpansOf(byte[] bytes)
    {
        var spans = new List<(int, int)>();
        try
        {
            var reader = new Utf8JsonReader(bytes);
            var open = new Stack<int>();
            while (reader.Read())
            {
                var start = (int)reader.TokenStartIndex;
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    open.Push(start);
                else if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                    spans.Add((open.Peek(), (int)reader.BytesConsumed - open.Pop()));
                else
                    spans.Add((start, (int)reader.BytesConsumed - start - (reader.TokenType == JsonTokenType.PropertyName && bytes[reader.BytesConsumed - 1] == ':' ? 1 : 0)));
            }
        }
        catch (JsonException)
        {
            // The values before the damage.
        }

        return spans;
    }
}
