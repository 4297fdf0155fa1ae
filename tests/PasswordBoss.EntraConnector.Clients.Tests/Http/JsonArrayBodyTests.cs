using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using CsCheck;
using PasswordBoss.EntraConnector.Clients.Http;
using PasswordBoss.EntraConnector.Clients.Tests.Mutations;
using PasswordBoss.EntraConnector.Core.Tests;

namespace PasswordBoss.EntraConnector.Clients.Tests.Http;

/// <summary>Reading a body while it arrives gives the same result as parsing it as a whole, for all chunks and all contents.</summary>
public sealed class JsonArrayBodyTests
{
    private static readonly string[] Bodies =
    [
        """{"a":1,"value":[{"id":"1","x":[1,{"y":"]}\""}]},{"id":"2"},7,"t",null,[]],"@odata.nextLink":"n\\"}""",
        """ { "value" : [ ] , "b" : { "value" : [ 1 , 2 ] } } """,
        """{"value":[1],"value":[2,3]}""",
        """{"value":[1],"value":null}""",
        """{"\u0076alue":["\\","\"","\ud83d\ude00","é"],"n":-1.5e3}""",
        """{"schemas":["s"],"value":[{"members":[{"value":"u1"},{"value":"u2"}],"id":"g"},{"id":"h","members":[]},{"id":"i"}]}""",
        "{}",
        "[]",
        "",
    ];

    [Fact]
    public void Chunks_of_any_length_read_like_the_whole_body()
    {
        foreach (var body in Bodies)
        {
            for (var length = 1; length <= body.Length + 1; length++)
                AssertReadsAsAWhole(Encoding.UTF8.GetBytes(body), length);
        }
    }

    [Fact]
    public void Mutated_bytes_in_chunks_read_like_the_whole_body() => Gen.Select(Gen.Int[0, Bodies.Length - 1], Mutation.Several, Gen.Int[1, 40]).TryEach(
        20_000, c => AssertReadsAsAWhole(Mutation.Apply(c.Item2, Bodies[c.Item1]), c.Item3));

    /// <summary>A byte order mark is accepted only if it is complete and at the start, for all chunks.</summary>
    [Theory]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF }, true)]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, (byte)' ' }, true)]
    [InlineData(new byte[] { 0xEF }, false)]
    [InlineData(new byte[] { 0xEF, 0xBB }, false)]
    [InlineData(new byte[] { 0xBB, 0xBF }, false)]
    [InlineData(new byte[] { 0xEF, (byte)' ', 0xBB, 0xBF }, false)]
    [InlineData(new byte[] { 0xEF, 0xBB, (byte)' ', 0xBF }, false)]
    [InlineData(new byte[] { (byte)' ', 0xEF, 0xBB, 0xBF }, false)]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF }, false)]
    public void Only_a_whole_byte_order_mark_may_precede_the_object(byte[] start, bool isJson)
    {
        byte[] body = [.. start, .. "{\"value\":[1]}"u8];

        for (var length = 1; length <= body.Length; length++)
            Assert.Equal(isJson, AssertReadsAsAWhole(body, length));
    }

    /// <summary>White space that fills the buffer does not make a later mark the start of the body.</summary>
    [Fact]
    public void A_byte_order_mark_after_white_space_is_refused() =>
        Assert.False(AssertReadsAsAWhole([.. Enumerable.Repeat((byte)' ', 32 * 1024), .. "\uFEFF{}"u8], 1024));

    [Fact]
    public void A_value_longer_than_the_buffer_is_read()
    {
        var text = new string('x', 300_000);

        AssertReadsAsAWhole(Encoding.UTF8.GetBytes("{\"value\":[\"a\",\"" + text + "\",{\"t\":\"" + text + "\"}],\"rest\":\"" + text + "\"}"), 5000);
    }

    [Fact]
    public void Members_are_returned_before_the_element_that_contains_them()
    {
        var reported = new List<string>();
        var body = new JsonArrayBody(new StreamedArray("value", false, e => reported.Add(e.GetRawText()))
        {
            Inner = new StreamedArray("members", true, m => reported.Add(m.GetProperty("value").GetString()!), () => reported.Add("|")),
        });

        Feed(body, Encoding.UTF8.GetBytes(Bodies[5]), 7);

        Assert.Equal(["|", "|", "u1", "u2", """{"members":[],"id":"g"}""", "|", "|", """{"id":"h","members":[]}""", "|", """{"id":"i"}"""], reported);
        Assert.Equal("""{"schemas":["s"],"value":[]}""", body.TakeRest()!.RootElement.GetRawText());
    }

    // Whether the body is a JSON object.
    private static bool AssertReadsAsAWhole(byte[] bytes, int pieceLength)
    {
        var elements = new List<string>();
        var body = new JsonArrayBody(new StreamedArray("value", ignoresCase: false, e => elements.Add(e.GetRawText()), elements.Clear));
        Feed(body, bytes, pieceLength);
        using var rest = body.TakeRest();

        using var whole = Parse(bytes);
        Assert.Equal(whole is not null, rest is not null);
        if (whole is null)
            return false;
        var list = whole.RootElement.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(e => e.GetRawText()).ToList() : null;
        Assert.Equal(list is not null, rest!.RootElement.TryGetProperty("value", out var placeholder) && placeholder.ValueKind == JsonValueKind.Array);
        if (list is not null)
            Assert.Equal(list, elements);
        Assert.Equal(Others(whole), Others(rest));
        return true;
    }

    private static void Feed(JsonArrayBody body, byte[] bytes, int pieceLength)
    {
        for (var at = 0; at < bytes.Length && !body.IsBroken;)
        {
            var room = body.NextRoom();
            var count = Math.Min(Math.Min(pieceLength, room.Count), bytes.Length - at);
            bytes.AsSpan(at, count).CopyTo(room);
            body.Append(count);
            at += count;
        }
    }

    private static IEnumerable<string> Others(JsonDocument document) =>
        document.RootElement.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Array || p.Name != "value").Select(p => p.Name + "=" + p.Value.GetRawText());

    // An object, with or without a byte order mark.
    private static JsonDocument? Parse(byte[] bytes)
    {
        try
        {
            var text = JsonStrings.Repair(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes);
            var document = text.IsEmpty ? null : JsonDocument.Parse(text);
            return document?.RootElement.ValueKind == JsonValueKind.Object ? document : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
