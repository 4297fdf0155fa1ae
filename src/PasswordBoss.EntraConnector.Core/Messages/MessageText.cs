using System.Globalization;
using System.Resources;

namespace PasswordBoss.EntraConnector.Messages;

/// <summary>The texts of <c>Messages.resx</c> by name.</summary>
internal static class MessageText
{
    private static readonly ResourceManager Texts = new("PasswordBoss.EntraConnector.Messages", typeof(MessageText).Assembly);

    /// <summary>The text; its name if there is none, so that no message is lost.</summary>
    /// <param name="name">The name of the text.</param>
    /// <param name="culture">The language; null for the current UI culture.</param>
    public static string Find(string name, CultureInfo? culture) => Texts.GetString(name, culture) ?? name;
}
