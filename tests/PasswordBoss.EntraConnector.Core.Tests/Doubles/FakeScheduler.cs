using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>A scheduler that only records its tasks.</summary>
internal sealed class FakeScheduler : ITaskScheduler
{
    public Dictionary<string, ScheduledTask> Tasks { get; } = new();

    /// <summary>How often a task was searched.</summary>
    public int Asked { get; private set; }

    public bool NeedsSignIn { get; set; }

    /// <summary>The result of a search that replaces the recorded task.</summary>
    public Func<ScheduledTask?>? Shows { get; set; }

    public string Name => "Fake";

    public ScheduledTask? Find(TaskTarget target)
    {
        Asked++;
        return Shows is not null ? Shows() : Tasks.GetValueOrDefault(target.Key);
    }

    public void Register(TaskTarget target, TimeSpan interval, TaskProgram program) => Tasks[target.Key] = new ScheduledTask
    {
        Name = target.Key,
        Interval = interval,
        Command = program.Script,
        Account = "ada",
        IsEnabled = true,
        NeedsSignIn = NeedsSignIn,
    };

    public bool Remove(TaskTarget target) => Tasks.Remove(target.Key);
}
