using System;
using System.Globalization;
using System.Linq;
using System.Xml.Linq;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>The property list of a launchd job (man launchd.plist).</summary>
internal static class LaunchdPlist
{
    // How long launchd waits before it restarts a worker, and how long a worker may take to stop.
    private static readonly TimeSpan RestartWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(90);

    /// <summary>Renders a property list.</summary>
    /// <param name="command">The command.</param>
    /// <param name="interval">The time between two runs.</param>
    /// <param name="label">The name of the job.</param>
    /// <param name="output">The file that keeps the output.</param>
    public static string Render(SyncCommand command, TimeSpan interval, string label, string output)
    {
        var list = new XElement("dict",
            Key("Label"), new XElement("string", label),
            Key("ProgramArguments"), new XElement("array", TaskOutputFile.Wrap(command, output).Select(text => new XElement("string", text))),
            Key("ProcessType"), new XElement("string", "Background"));
        if (command.IsResident)
            list.Add(Key("RunAtLoad"), new XElement("true"), Key("KeepAlive"), new XElement("true"), Key("ThrottleInterval"), Number(RestartWait), Key("ExitTimeOut"), Number(LongestEnd));
        else
            list.Add(Key("StartInterval"), Number(interval));
        if (command.Environment.Count > 0)
            list.Add(Key("EnvironmentVariables"), new XElement("dict", command.Environment.SelectMany(setting => new[] { Key(setting.Key), new XElement("string", setting.Value) })));
        var type = new XDocumentType("plist", "-//Apple//DTD PLIST 1.0//EN", "http://www.apple.com/DTDs/PropertyList-1.0.dtd", null);
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + new XDocument(type, new XElement("plist", new XAttribute("version", "1.0"), list)) + "\n";
    }

    /// <summary>The element with the value of a key; null if there is none.</summary>
    /// <param name="text">The property list.</param>
    /// <param name="key">The key.</param>
    public static XElement? Find(string text, string key) =>
        XDocument.Parse(text).Root!.Element("dict")?.Elements("key").FirstOrDefault(k => k.Value == key)?.ElementsAfterSelf().FirstOrDefault();

    private static XElement Number(TimeSpan seconds) => new("integer", seconds.TotalSeconds.ToString(CultureInfo.InvariantCulture));

    private static XElement Key(string name) => new("key", name);
}
