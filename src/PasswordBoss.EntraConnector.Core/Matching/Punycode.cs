using System.Text;

namespace PasswordBoss.EntraConnector.Matching;

/// <summary>
/// Encodes letters beyond ASCII in a host name label (RFC 3492). Supports only the Basic Multilingual Plane: no other letters are ever mapped.
/// </summary>
internal static class Punycode
{
    private const int Base = 36;
    private const int FirstThreshold = 1;
    private const int LastThreshold = 26;
    private const int Skew = 38;
    private const int Damp = 700;
    private const int InitialBias = 72;
    private const int InitialCode = 128;
    // RFC 1035 section 2.3.4, without the prefix. Longer text is not a label, so it is not decoded.
    private const int Longest = 63 - 4;
    private const long FurthestPosition = char.MaxValue * (Longest + 1);

    /// <summary>The label without its prefix <c>xn--</c>.</summary>
    /// <param name="label">A label in lower case; it may hold any characters but surrogates.</param>
    public static string Encode(string label)
    {
        var encoded = new StringBuilder(label.Length + 8);
        foreach (var c in label)
        {
            if (c < InitialCode)
                encoded.Append(c);
        }

        var basic = encoded.Length;
        if (basic > 0)
            encoded.Append('-');
        var code = InitialCode;
        var delta = 0;
        var bias = InitialBias;
        for (var done = basic; done < label.Length;)
        {
            var next = (int)char.MaxValue;
            foreach (var c in label)
            {
                if (c >= code && c < next)
                    next = c;
            }

            delta += (next - code) * (done + 1);
            code = next;
            foreach (var c in label)
            {
                if (c < code)
                    delta++;
                if (c != code)
                    continue;
                AppendNumber(encoded, delta, bias);
                bias = Adapt(delta, done + 1, done == basic);
                delta = 0;
                done++;
            }

            delta++;
            code++;
        }

        return encoded.ToString();
    }

    /// <summary>The decoded label; null if the encoding is invalid, or contains characters beyond the Basic Multilingual Plane.</summary>
    /// <param name="encoded">The label in lower case, without its prefix <c>xn--</c>.</param>
    public static string? Decode(string encoded)
    {
        if (encoded.Length > Longest)
            return null;
        var basic = encoded.LastIndexOf('-');
        var label = new StringBuilder(basic > 0 ? encoded.Substring(0, basic) : "");
        var code = InitialCode;
        var position = 0L;
        var bias = InitialBias;
        for (var i = basic + 1; i < encoded.Length;)
        {
            var before = position;
            var weight = 1L;
            for (var k = Base; ; k += Base)
            {
                if (i == encoded.Length || DigitOf(encoded[i++]) is not (>= 0 and var digit))
                    return null;
                position += digit * weight;
                var threshold = Threshold(k, bias);
                if (digit < threshold)
                    break;
                weight *= Base - threshold;
                // The last digit may be zero with a weight beyond the furthest valid position, but not beyond this limit.
                if (weight > FurthestPosition * Base)
                    return null;
            }

            var length = label.Length + 1;
            if (position > FurthestPosition || code + (position / length) is not (<= char.MaxValue and var next) || char.IsSurrogate((char)next))
                return null;
            bias = Adapt((int)(position - before), length, before == 0);
            code = (int)next;
            position %= length;
            label.Insert((int)position++, (char)code);
        }

        return label.ToString();
    }

    private static void AppendNumber(StringBuilder encoded, int number, int bias)
    {
        for (var k = Base; ; k += Base)
        {
            var threshold = Threshold(k, bias);
            if (number < threshold)
                break;
            encoded.Append(LetterOf(threshold + ((number - threshold) % (Base - threshold))));
            number = (number - threshold) / (Base - threshold);
        }

        encoded.Append(LetterOf(number));
    }

    // RFC 3492 section 6.1.
    private static int Adapt(int delta, int length, bool isFirst)
    {
        delta = isFirst ? delta / Damp : delta / 2;
        delta += delta / length;
        var k = 0;
        for (; delta > (Base - FirstThreshold) * LastThreshold / 2; k += Base)
            delta /= Base - FirstThreshold;
        return k + ((Base - FirstThreshold + 1) * delta / (delta + Skew));
    }

    private static int Threshold(int k, int bias) => k <= bias ? FirstThreshold : k >= bias + LastThreshold ? LastThreshold : k - bias;

    private static char LetterOf(int digit) => (char)(digit < 26 ? 'a' + digit : '0' + digit - 26);

    private static int DigitOf(char letter) => letter switch
    {
        >= 'a' and <= 'z' => letter - 'a',
        >= '0' and <= '9' => letter - '0' + 26,
        _ => -1,
    };
}
