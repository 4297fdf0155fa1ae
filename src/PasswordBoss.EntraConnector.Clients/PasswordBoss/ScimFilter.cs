using System.Globalization;
using System.Text;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>Writes filters (RFC 7644 section 3.4.2.2). Their values are JSON strings.</summary>
internal static class ScimFilter
{
    /// <summary>The filter for one exact value.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="value">The value, unescaped.</param>
    public static string Equal(string attribute, string value) => attribute + " eq " + Quote(value);

    /// <summary>The path of one member of a group.</summary>
    /// <param name="accountId">The id of the account.</param>
    public static string Member(string accountId) => "members[" + Equal("value", accountId) + "]";

    // Only what JSON requires is escaped: some servers compare filters without decoding \u sequences.
    private static string Quote(string value)
    {
        var quoted = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c < ' ')
                quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                quoted.Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
