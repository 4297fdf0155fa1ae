using System;
using System.IO;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Scheduling;

/// <summary>Chooses the scheduler of this machine.</summary>
internal static class PlatformScheduler
{
    /// <summary>The Task Scheduler, launchd, systemd where it runs, else cron. Throws <see cref="ErrorId.SchedulerUnavailable"/> if there is none.</summary>
    public static ITaskScheduler Open()
    {
        var programs = new ExternalPrograms();
        var isMachine = StateLocation.ForThisProcess().IsMachineWide;
        if (Platform.IsWindows)
            return new WindowsScheduler(programs, isMachine);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        if (Platform.IsMacOS)
            return new LaunchdScheduler(programs, isMachine ? "/Library/LaunchDaemons" : home + "/Library/LaunchAgents", isMachine);

        var systemd = new SystemdScheduler(programs, isMachine ? "/etc/systemd/system" : Path.Combine(ConfigHome(home), "systemd", "user"), isMachine);
        if (systemd.IsRunning())
            return systemd;
        return programs.Find("crontab") is not null
            ? new CronScheduler(programs)
            : throw new ConnectorException(programs.Missing("systemd, crontab"));
    }

    private static string ConfigHome(string home) =>
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } config && config[0] == '/' ? config : home + "/.config";
}
