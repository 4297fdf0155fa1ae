# Imports an empty binary module and this one, in the given order, and reports the elapsed time and the processor time of each and the assemblies that are loaded then.
param(
    [string] $First,
    [string] $Second
)

function Format-Time($time) {
    return ([double] $time.TotalMilliseconds).ToString('F2', [cultureinfo]::InvariantCulture)
}

function Measure-Import($name, $path) {
    $processor = [System.Environment]::CpuUsage.TotalTime
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    Import-Module -Name $path -ErrorAction Stop
    $elapsed = $clock.Elapsed
    "$name $(Format-Time $elapsed)"
    "$name-processor $(Format-Time ([System.Environment]::CpuUsage.TotalTime - $processor))"
}

$before = [System.AppDomain]::CurrentDomain.GetAssemblies().ForEach({ $_.GetName().Name })
Measure-Import first $First
Measure-Import second $Second
foreach ($assembly in [System.AppDomain]::CurrentDomain.GetAssemblies()) {
    $name = $assembly.GetName().Name
    if ($before -notcontains $name) { "loaded $name" }
}
