using System;
using System.Globalization;
using System.Linq;
using System.Xml.Linq;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>The property list of a launchd job (man launchd.plist).</summary>
internal static class LaunchdPlist
{
    /// <summary>Renders a property list.</summary>
    /// <param name="command">The command.</param>
    /// <param name="interval">The time between two runs.</param>
    /// <param name="label">The name of the job.</param>
    /// <param name="output">The file that keeps the output.</param>
    public static string Render(SyncCommand command, TimeSpan interval, string label, string output)
    {
        var list = new XElement("dict",
            Key("Label"), new XElement("string", label),
            Key("ProgramArguments"), new XElement("array", KeptOutput.Wrap(command, output).Select(text => new XElement("string", text))),
            Key("StartInterval"), new XElement("integer", interval.TotalSeconds.ToString(CultureInfo.InvariantCulture)),
            Key("ProcessType"), new XElement("string", "Background"));
        if (command.Environment.Count > 0)
            list.Add(Key("EnvironmentVariables"), new XElement("dict", command.Environment.SelectMany(setting => new[] { Key(setting.Key), new XElement("string", setting.Value) })));
        var type = new XDocumentType("plist", "-//Apple//DTD PLIST 1.0//EN", "http://www.apple.com/DTDs/PropertyList-1.0.dtd", null);
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + new XDocument(type, new XElement("plist", new XAttribute("version", "1.0"), list)) + "\n";
    }

    /// <summary>The value of a key, as text; null if there is none.</summary>
    /// <param name="text">The property list.</param>
    /// <param name="key">The key.</param>
    public static XElement? Find(string text, string key) =>
        XDocument.Parse(text).Root!.Element("dict")?.Elements("key").FirstOrDefault(k => k.Value == key)?.ElementsAfterSelf().FirstOrDefault();

    private static XElement Key(string name) => new("key", name);
}
