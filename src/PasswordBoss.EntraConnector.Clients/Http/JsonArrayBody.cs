using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;

namespace PasswordBoss.EntraConnector.Clients.Http;

/// <summary>
/// Reads a body that is one JSON object with a long array (a page, a group with its members) while it arrives. Each element of the array is parsed, handed on and
/// released, so that memory holds one element at a time and not the whole body. The rest of the object is available from <see cref="TakeRest"/>.
/// </summary>
/// <remarks>
/// This class only tracks where values begin and end. <see cref="JsonDocument"/> validates each element, and the rest. If a body is incomplete or not JSON, it has
/// no rest, and the elements that were read from it must not be used.
/// </remarks>
internal sealed class JsonArrayBody
{
    private const int FirstBuffer = 32 * 1024;
    private const int LongestHead = 64;

    private readonly List<Frame> frames = [];
    private readonly StreamedArray wanted;
    private byte[] data = new byte[FirstBuffer];
    private byte[] head = [];
    private int at;
    private int end;
    private Expected expected = Expected.MarkOrObject;

    // The value that is being skipped: where it begins, and the state of the scan within it.
    private int valueStart = -1;
    private int depth;
    private bool inText;

    /// <summary>Prepares to read.</summary>
    /// <param name="wanted">The array of the outermost object.</param>
    public JsonArrayBody(StreamedArray wanted) => this.wanted = wanted;

    private enum Expected
    {
        MarkOrObject,
        SecondByteOfMark,
        ThirdByteOfMark,
        Object,
        NameOrEnd,
        Name,
        Colon,
        Value,
        CommaOrEnd,
        ElementOrEnd,
        Element,
        ElementCommaOrEnd,
        Nothing,
        Broken,
    }

    /// <summary>Whether the bytes so far cannot be the start of such a body.</summary>
    public bool IsBroken => expected == Expected.Broken;

    /// <summary>The first bytes of the body, which show whether it is an HTML page instead of JSON.</summary>
    public ReadOnlyMemory<byte> Head => head;

    private Frame Top => frames[frames.Count - 1];

    /// <summary>Space for the next bytes; never empty.</summary>
    public ArraySegment<byte> NextRoom()
    {
        if (end == data.Length)
        {
            var keep = valueStart >= 0 ? valueStart : at;
            var kept = end - keep;
            // The buffer doubles, so that a long value is not moved again and again.
            var larger = kept > data.Length / 2 ? new byte[data.Length * 2] : data;
            Buffer.BlockCopy(data, keep, larger, 0, kept);
            data = larger;
            at -= keep;
            valueStart = valueStart >= 0 ? 0 : -1;
            end = kept;
        }

        return new ArraySegment<byte>(data, end, data.Length - end);
    }

    /// <summary>Processes bytes that were written to <see cref="NextRoom"/>.</summary>
    /// <param name="count">The number of bytes.</param>
    public void Append(int count)
    {
        if (head.Length < LongestHead)
        {
            var more = Math.Min(count, LongestHead - head.Length);
            var longer = new byte[head.Length + more];
            head.CopyTo(longer, 0);
            Buffer.BlockCopy(data, end, longer, head.Length, more);
            head = longer;
        }

        end += count;
        while (at < end && expected != Expected.Broken)
        {
            if (valueStart >= 0)
            {
                if (!TryEndValue())
                    return;
                var length = at - valueStart;
                var start = valueStart;
                valueStart = -1;
                TakeValue(new ReadOnlyMemory<byte>(data, start, length));
                continue;
            }

            var next = data[at];
            if (expected > Expected.ThirdByteOfMark && next is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                at++;
            else
                Step(next);
        }
    }

    /// <summary>The object with an empty array in place of the elements; null if the body is not a complete JSON object. The caller disposes it.</summary>
    public JsonDocument? TakeRest()
    {
        if (expected != Expected.Nothing)
            return null;
        try
        {
            return JsonDocument.Parse(JsonStrings.Repair(frames[0].Rest));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Step(byte next)
    {
        switch (expected)
        {
            // A byte order mark has three bytes and is at the start of the body.
            case Expected.MarkOrObject when next == 0xEF:
                at++;
                expected = Expected.SecondByteOfMark;
                break;
            case Expected.SecondByteOfMark when next == 0xBB:
                at++;
                expected = Expected.ThirdByteOfMark;
                break;
            case Expected.ThirdByteOfMark when next == 0xBF:
                at++;
                expected = Expected.Object;
                break;
            case Expected.MarkOrObject:
                expected = Expected.Object;
                break;
            case Expected.Object when next == '{':
                at++;
                Open(wanted);
                break;
            case Expected.NameOrEnd when next == '}':
            case Expected.CommaOrEnd when next == '}':
                at++;
                Close();
                break;
            case Expected.NameOrEnd when next == '"':
            case Expected.Name when next == '"':
                expected = Expected.Name;
                Begin();
                break;
            case Expected.Colon when next == ':':
                at++;
                Top.Write((byte)':');
                expected = Expected.Value;
                break;
            case Expected.Value when next == '[' && Top.TakesArray():
                at++;
                expected = Expected.ElementOrEnd;
                break;
            case Expected.Value:
                Begin();
                break;
            case Expected.CommaOrEnd when next == ',':
                at++;
                Top.Write((byte)',');
                expected = Expected.Name;
                break;
            case Expected.ElementOrEnd when next == ']':
            case Expected.ElementCommaOrEnd when next == ']':
                at++;
                expected = Expected.CommaOrEnd;
                break;
            case Expected.ElementCommaOrEnd when next == ',':
                at++;
                expected = Expected.Element;
                break;
            case Expected.ElementOrEnd or Expected.Element when next == '{' && Top.Wanted.Inner is not null:
                at++;
                Open(Top.Wanted.Inner!);
                break;
            case Expected.ElementOrEnd or Expected.Element:
                expected = Expected.Element;
                Begin();
                break;
            default:
                expected = Expected.Broken;
                break;
        }
    }

    private void Begin()
    {
        valueStart = at;
        depth = 0;
        inText = false;
    }

    private void Open(StreamedArray array)
    {
        array.Clear();
        var frame = new Frame(array);
        frame.Write((byte)'{');
        frames.Add(frame);
        expected = Expected.NameOrEnd;
    }

    private void Close()
    {
        Top.Write((byte)'}');
        if (frames.Count == 1)
        {
            expected = Expected.Nothing;
            return;
        }

        var element = Top.Rest;
        frames.RemoveAt(frames.Count - 1);
        TakeElement(element);
    }

    // A complete name or value.
    private void TakeValue(ReadOnlyMemory<byte> value)
    {
        switch (expected)
        {
            case Expected.Name:
                Top.TakeName(value);
                expected = Expected.Colon;
                break;
            case Expected.Value:
                Top.Write(value.Span);
                expected = Expected.CommaOrEnd;
                break;
            default:
                TakeElement(value);
                break;
        }
    }

    private void TakeElement(ReadOnlyMemory<byte> element)
    {
        try
        {
            using var document = JsonDocument.Parse(JsonStrings.Repair(element));
            Top.Wanted.OnElement(document.RootElement);
            expected = Expected.ElementCommaOrEnd;
        }
        catch (JsonException)
        {
            expected = Expected.Broken;
        }
    }

    // Advances to the end of the value; false if more bytes are needed.
    private bool TryEndValue()
    {
        var isOuter = data[valueStart] is (byte)'{' or (byte)'[' or (byte)'"';
        while (at < end)
        {
            if (inText)
            {
                var step = data.AsSpan(at, end - at).IndexOfAny((byte)'"', (byte)'\\');
                at = step < 0 ? end : at + step;
                if (at == end)
                    return false;
                if (data[at] == '\\')
                {
                    // The character after a backslash is part of the text, whatever it is.
                    if (at + 1 == end)
                        return false;
                    at += 2;
                    continue;
                }

                at++;
                inText = false;
                if (depth == 0)
                    return true;
                continue;
            }

            var next = data[at];
            if (!isOuter)
            {
                // A number or literal ends before a separator.
                if (next is (byte)',' or (byte)']' or (byte)'}' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                    return true;
                at++;
                continue;
            }

            at++;
            if (next == '"')
            {
                inText = true;
            }
            else if (next is (byte)'{' or (byte)'[')
            {
                depth++;
            }
            else if (next is (byte)'}' or (byte)']' && --depth == 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An object that is being read.</summary>
    private sealed class Frame
    {
        private byte[] rest = new byte[256];
        private int length;
        private bool nameIsExact;
        private bool nameFits;
        private bool hasArray;

        public Frame(StreamedArray wanted) => Wanted = wanted;

        public StreamedArray Wanted { get; }

        public ReadOnlyMemory<byte> Rest => new(rest, 0, length);

        public void Write(byte value) => Write([value]);

        public void Write(ReadOnlySpan<byte> value)
        {
            if (length + value.Length > rest.Length)
                Array.Resize(ref rest, Math.Max(rest.Length * 2, length + value.Length));
            value.CopyTo(rest.AsSpan(length));
            length += value.Length;
        }

        public void TakeName(ReadOnlyMemory<byte> name)
        {
            Write(name.Span);
            (nameFits, nameIsExact) = Wanted.Fits(name);
        }

        // If several arrays have the same name, the last one in the exact spelling counts, else the first one in any spelling, as in ScimJson.Find and JsonElement.
        public bool TakesArray()
        {
            if (!nameFits || (hasArray && !nameIsExact))
                return false;
            hasArray = true;
            Wanted.Clear();
            Write("[]"u8);
            return true;
        }
    }
}

/// <summary>An array whose elements are processed one by one while they arrive.</summary>
internal sealed class StreamedArray
{
    private readonly byte[] quotedName;
    private readonly string name;
    private readonly bool ignoresCase;
    private readonly Action? clear;

    /// <summary>Describes the array.</summary>
    /// <param name="name">Its name, in ASCII.</param>
    /// <param name="ignoresCase">Whether the name is compared without case.</param>
    /// <param name="onElement">Processes an element, which is valid only during the call.</param>
    /// <param name="clear">Discards the elements so far: the object begins, or a later array of the same name replaces an earlier one.</param>
    public StreamedArray(string name, bool ignoresCase, Action<JsonElement> onElement, Action? clear = null)
    {
        quotedName = Encoding.ASCII.GetBytes("\"" + name + "\"");
        this.name = name;
        this.ignoresCase = ignoresCase;
        this.clear = clear;
        OnElement = onElement;
    }

    /// <summary>An array within each element whose elements are processed before the element itself; null for none.</summary>
    public StreamedArray? Inner { get; init; }

    /// <summary>Processes an element.</summary>
    public Action<JsonElement> OnElement { get; }

    /// <summary>Discards the elements so far.</summary>
    public void Clear() => clear?.Invoke();

    /// <summary>Whether a property is the array, and whether its spelling is exact.</summary>
    /// <param name="given">The name of the property with its quotation marks, as received.</param>
    public (bool Fits, bool IsExact) Fits(ReadOnlyMemory<byte> given)
    {
        if (given.Span.SequenceEqual(quotedName))
            return (true, true);
        var isEscaped = given.Span.IndexOf((byte)'\\') >= 0;
        if (!isEscaped && (!ignoresCase || given.Length != quotedName.Length))
            return default;
        try
        {
            var reader = new Utf8JsonReader(JsonStrings.Repair(given).Span);
            var text = reader.Read() ? reader.GetString() : null;
            var isExact = string.Equals(text, name, StringComparison.Ordinal);
            return (isExact || (ignoresCase && string.Equals(text, name, StringComparison.OrdinalIgnoreCase)), isExact);
        }
        catch (JsonException)
        {
            // The object as a whole cannot be parsed either.
            return default;
        }
    }
}
