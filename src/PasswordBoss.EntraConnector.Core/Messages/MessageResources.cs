using System;
using System.Collections.Concurrent;
using System.Globalization;
using System.Resources;

namespace PasswordBoss.EntraConnector.Messages;

/// <summary>
/// The texts by name. English is in <c>Messages.resx</c>, each other language in <c>Messages.&lt;language&gt;.resx</c>. All of them are in this assembly: satellite
/// assemblies would be searched for at each start, and Windows PowerShell and the load contexts of PowerShell 7 find them by different rules.
/// </summary>
internal static class MessageResources
{
    private const string Name = "PasswordBoss.EntraConnector.Messages";
    private static readonly ResourceManager English = new(Name, typeof(MessageResources).Assembly);
    private static readonly ConcurrentDictionary<string, ResourceManager> Languages = new(StringComparer.Ordinal);

    /// <summary>The text; its name if there is none, so that no message is lost.</summary>
    /// <param name="name">The name of the text.</param>
    /// <param name="culture">The language; null for the current UI culture.</param>
    public static string Find(string name, CultureInfo? culture)
    {
        var language = culture ?? CultureInfo.CurrentUICulture;
        var texts = Languages.TryGetValue(language.Name, out var known) ? known : Languages.GetOrAdd(language.Name, TextsOf(language));
        // With the invariant culture, the manager uses exactly these resources and does not search for others.
        return texts.GetString(name, CultureInfo.InvariantCulture) ?? English.GetString(name, CultureInfo.InvariantCulture) ?? name;
    }

    // The language itself or a wider one, such as fr for fr-CA.
    private static ResourceManager TextsOf(CultureInfo language)
    {
        for (; language.Name.Length > 0; language = language.Parent)
        {
            var name = Name + "." + language.Name;
            if (typeof(MessageResources).Assembly.GetManifestResourceInfo(name + ".resources") is not null)
                return new ResourceManager(name, typeof(MessageResources).Assembly);
        }

        return English;
    }
}
